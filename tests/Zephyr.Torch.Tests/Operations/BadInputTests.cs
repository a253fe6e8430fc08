using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Zephyr.Torch.Tests.Operations;

/// <summary>Wrong shapes, dtypes, indices and sizes: each gives its typed error, names the operation, leaks nothing, and the process lives on.</summary>
public sealed class BadInputTests
{
    private static readonly Dictionary<string, Action> ShapeCases = new(StringComparer.Ordinal)
    {
        ["add"] = () => _ = ones([2, 3]) + ones([2, 4]),
        ["sub"] = () => _ = ones([2, 3]) - ones([2, 4]),
        ["mul"] = () => _ = ones([2, 3]) * ones([2, 4]),
        ["div"] = () => _ = ones([2, 3]) / ones([2, 4]),
        ["add_"] = () => ones([2, 3]).add_(ones([2, 4])),
        ["copy_"] = () => ones([2, 3]).copy_(ones([4])),
        ["matmul"] = () => ones([2, 3]).matmul(ones([2, 3])),
        ["mm"] = () => ones([2, 3]).mm(ones([3])),
        ["bmm"] = () => ones([2, 3, 4]).bmm(ones([3, 4, 2])),
        ["dot"] = () => ones([2]).dot(ones([3])),
        ["outer"] = () => outer(ones([2, 2]), ones([3])),
        ["addmm"] = () => ones([2, 2]).addmm(ones([2, 3]), ones([2, 3])),
        ["linear"] = () => F.linear(ones([2, 3]), ones([4, 2])),
        ["embedding"] = () => F.embedding(tensor(new long[] { 7 }), ones([3, 2])),
        ["cross_entropy"] = () => F.cross_entropy(ones([2, 3]), tensor(new long[] { 0, 1, 2 })),
        ["cross_entropy_target"] = () => F.cross_entropy(ones([2, 3]), tensor(new long[] { 0, 3 })),
        ["view"] = () => ones([2, 3]).view(4),
        ["view_strides"] = () => ones([2, 3]).t().view(6),
        ["reshape"] = () => ones([2, 3]).reshape(-1, 4),
        ["expand"] = () => ones([2, 3]).expand(4, 3),
        ["permute"] = () => ones([2, 3]).permute(0, 0),
        ["transpose"] = () => ones([2, 3]).transpose(0, 2),
        ["squeeze"] = () => ones([2, 3]).squeeze(5),
        ["narrow"] = () => ones([2, 3]).narrow(1, 2, 2),
        ["select"] = () => ones([2, 3]).select(0, 2),
        ["tril"] = () => ones([2]).tril(),
        ["cat"] = () => cat([ones([2, 3]), ones([2, 4])]),
        ["stack"] = () => stack([ones([2, 3]), ones([2, 4])]),
        ["index_select"] = () => ones([2, 3]).index_select(0, tensor(new long[] { 2 })),
        ["gather"] = () => ones([2, 3]).gather(1, tensor(new long[] { 3, 0 }, [2, 1])),
        ["scatter"] = () => ones([2, 3]).scatter(1, tensor(new long[] { 3, 0 }, [2, 1]), ones([2, 1])),
        ["masked_fill"] = () => ones([2, 3]).masked_fill(tensor(new[] { true, false }), 0),
        ["where"] = () => where(tensor(new[] { true, false }), ones([3]), ones([3])),
        ["brackets"] = () => _ = ones([2, 3])[5],
        ["brackets_many"] = () => _ = ones([2, 3])[0, 0, 0],
        ["brackets_tensor"] = () => _ = ones([2, 3])[tensor(new long[] { 9 })],
        ["topk"] = () => ones([3]).topk(4),
        ["softmax"] = () => ones([2, 3]).softmax(2),
        ["sum"] = () => ones([2, 3]).sum(4),
        ["cumsum"] = () => ones([2, 3]).cumsum(3),
        ["item"] = () => ones([2, 3]).item<float>(),
        ["zeros"] = () => zeros([-1, 2]),
        ["overflow"] = () => zeros([long.MaxValue, 8]),
        ["tensor"] = () => tensor(new[] { 1f, 2f }, [3]),
        ["bytes"] = () => TensorBytes.From(new byte[7], [2], float32),
    };

    private static readonly Dictionary<string, Action> UnsupportedCases = new(StringComparer.Ordinal)
    {
        ["matmul"] = () => ones([2, 2]).matmul(ones([2, 2], float64)),
        ["requires_grad"] = () => ones([2], int64).requires_grad_(),
        ["embedding"] = () => F.embedding(ones([2]), ones([3, 2])),
        ["index_select"] = () => ones([2, 3]).index_select(0, ones([1])),
        ["masked_select"] = () => ones([2, 3]).masked_select(ones([2, 3])),
        ["mean"] = () => ones([2], int64).mean(),
        ["softmax"] = () => ones([2], int64).softmax(0),
        ["add_"] = () => ones([2], int64).add_(ones([2])),
    };

    public static TheoryData<string> ShapeNames => [.. ShapeCases.Keys];

    public static TheoryData<string> UnsupportedNames => [.. UnsupportedCases.Keys];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void Shapes_and_indices_that_do_not_fit_are_refused(string name)
    {
        using var scope = NewDisposeScope();
        Should.Throw<ShapeMismatchException>(ShapeCases[name]).Message.ShouldNotContain("\n");
    }

    [Theory]
    [MemberData(nameof(UnsupportedNames))]
    public void Dtypes_without_the_operation_are_refused(string name)
    {
        using var scope = NewDisposeScope();
        Should.Throw<UnsupportedOpException>(UnsupportedCases[name]).Message.ShouldNotContain("\n");
    }

    [Fact]
    public void Memory_that_is_not_there_is_reported_as_such()
    {
        using var scope = NewDisposeScope();
        var error = Should.Throw<DeviceOutOfMemoryException>(() => zeros([1L << 44]));
        error.Operation.ShouldBe("zeros");
    }

    [Fact]
    public void The_message_names_operation_dtypes_shapes_devices_and_cause()
    {
        using var scope = NewDisposeScope();
        var error = Should.Throw<ShapeMismatchException>(() => ones([2, 3]).matmul(ones([2, 5], bfloat16)));
        error.Operation.ShouldBe("matmul");
        error.Message.ShouldStartWith("matmul(float32[2, 3] cpu, bfloat16[2, 5] cpu): mat1 and mat2 shapes cannot be multiplied");
    }

    [Fact]
    public void Changing_a_leaf_that_requires_a_gradient_is_refused()
    {
        using var scope = NewDisposeScope();
        var leaf = ones([2], requires_grad: true);
        Should.Throw<NativeFailureException>(() => leaf.add_(1)).Message.ShouldContain("leaf");
    }

    [Fact]
    public void Backward_twice_through_a_freed_graph_is_refused()
    {
        using var scope = NewDisposeScope();
        var loss = ones([2], requires_grad: true).square().sum();
        loss.backward();
        Should.Throw<TorchException>(() => loss.backward()).Message.ShouldContain("backward through the graph a second time");
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        var gone = ones([2]);
        gone.Dispose();
        Should.Throw<ObjectDisposedException>(() => gone.exp());
        Should.Throw<ObjectDisposedException>(() => cat([gone]));
    }

    [Fact]
    public void An_unknown_device_is_refused()
    {
        Should.Throw<ArgumentException>(() => device("tpu")).Message.ShouldContain("'tpu' is no device");
        Assert.SkipWhen(cuda.is_available(), "a GPU is there");
        using var scope = NewDisposeScope();
        Should.Throw<TorchException>(() => ones([2]).cuda());
    }
}
