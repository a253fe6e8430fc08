using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Tensors;

/// <summary>On x = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]].</summary>
public sealed class SubscriptTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Tensor x = arange(12).view(3, 4);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Integers_and_ranges_choose_views()
    {
        x[1].data<long>().ToArray().ShouldBe([4L, 5, 6, 7]);
        x[^1, ^2].item<long>().ShouldBe(10);
        x[.., 1..3].data<long>().ToArray().ShouldBe([1L, 2, 5, 6, 9, 10]);
        x[..^1, ^1..].data<long>().ToArray().ShouldBe([3L, 7]);
        x[TensorIndex.Ellipsis, 0].data<long>().ToArray().ShouldBe([0L, 4, 8]);
        x[TensorIndex.None, 0].shape.ShouldBe([1L, 4]);
        x[TensorIndex.Colon, TensorIndex.Slice(step: 2)].data<long>().ToArray().ShouldBe([0L, 2, 4, 6, 8, 10]);
    }

    [Fact]
    public void Tensors_choose_copies()
    {
        x[tensor(new long[] { 2, 0 }), tensor(new long[] { 1, 3 })].data<long>().ToArray().ShouldBe([9L, 3]);
        x[x > 9].data<long>().ToArray().ShouldBe([10L, 11]);
    }

    [Fact]
    public void Writing_broadcasts_and_converts()
    {
        x[0] = tensor(new[] { 20f });
        x[1, 1..3] = tensor(new long[] { 30, 31 });
        x.index_put_(-1, x.eq(11));
        x.data<long>().ToArray().ShouldBe([20L, 20, 20, 20, 4, 30, 31, 7, 8, 9, 10, -1]);
    }
}
