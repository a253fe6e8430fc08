using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class BadShapeTests
{
    private static readonly AttentionLayout Plain = new(null, null, 1);

    public static TheoryData<string, Action> WrongShapes => new()
    {
        { "weight of another width", () => Torch.Fused.RmsNorm(ones([2, 8]), ones([9]), 1e-5) },
        { "residual of another shape", () => Torch.Fused.AddRmsNorm(ones([2, 8]), ones([3, 8]), ones([8]), 1e-5) },
        { "gate and up differ", () => Torch.Fused.SwiGlu(ones([2, 8]), ones([2, 9])) },
        { "odd packed width", () => Torch.Fused.SwiGluPacked(ones([2, 9])) },
        { "three dimensions", () => Torch.Fused.Rope(ones([2, 3, 8]), ones([4, 4]), ones([4, 4]), Longs(2, 3)) },
        { "odd head dimension", () => Torch.Fused.Rope(ones([1, 2, 1, 7]), ones([4, 3]), ones([4, 3]), Longs(1, 2)) },
        { "position beyond the table", () => Torch.Fused.Rope(ones([1, 2, 1, 8]), ones([4, 4]), ones([4, 4]), full([1, 2], 4, ScalarType.Int64)) },
        { "negative position", () => Torch.Fused.Rope(ones([1, 2, 1, 8]), ones([4, 4]), ones([4, 4]), full([1, 2], -1, ScalarType.Int64)) },
        { "heads not a multiple", () => Torch.Fused.Attention(ones([1, 4, 3, 8]), ones([1, 4, 2, 8]), ones([1, 4, 2, 8]), Plain) },
        { "keys of another length", () => Torch.Fused.Attention(ones([1, 4, 2, 8]), ones([1, 5, 2, 8]), ones([1, 5, 2, 8]), Plain) },
        { "no window", () => Torch.Fused.Attention(ones([1, 4, 2, 8]), ones([1, 4, 2, 8]), ones([1, 4, 2, 8]), Plain with { SlidingWindow = 0 }) },
        { "document starts later", () => Torch.Fused.Attention(ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), Plain with { DocumentStarts = tensor((int[])[1, 1], [1, 2]) }) },
        { "document starts of another shape", () => Torch.Fused.Attention(ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), Plain with { DocumentStarts = tensor((int[])[0], [1, 1]) }) },
        { "packed width", () => Torch.Fused.PackedAttention(ones([1, 2, 33]), 2, 1, ones([4, 4]), ones([4, 4]), Longs(1, 2), Plain) },
        { "hidden widths differ", () => Torch.Fused.LinearCrossEntropy(ones([2, 8]), ones([5, 9]), Longs(2)) },
        { "one label short", () => Torch.Fused.LinearCrossEntropy(ones([2, 8]), ones([5, 8]), Longs(1)) },
        { "label beyond the vocabulary", () => Torch.Fused.LinearCrossEntropy(ones([2, 8]), ones([5, 8]), full([2], 5, ScalarType.Int64)) },
        { "labels of another shape", () => Torch.Fused.CompletionLogProbs(ones([1, 2, 8]), ones([5, 8]), Longs(2, 1)) },
    };

    public static TheoryData<string, Action> WrongTypes => new()
    {
        { "float64", () => Torch.Fused.SwiGluPacked(ones([2, 8], ScalarType.Float64)) },
        { "mixed", () => Torch.Fused.RmsNorm(ones([2, 8], ScalarType.BFloat16), ones([8]), 1e-5) },
        { "int32 labels", () => Torch.Fused.LinearCrossEntropy(ones([2, 8]), ones([5, 8]), zeros([2], ScalarType.Int32)) },
        { "int64 document starts", () => Torch.Fused.Attention(ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), ones([1, 2, 1, 8]), Plain with { DocumentStarts = Longs(1, 2) }) },
        { "bfloat16 cosines", () => Torch.Fused.Rope(ones([1, 2, 1, 8]), ones([4, 4], ScalarType.BFloat16), ones([4, 4]), Longs(1, 2)) },
    };

    [Theory]
    [MemberData(nameof(WrongShapes), DisableDiscoveryEnumeration = true)]
    public void Shapes_that_do_not_fit_give_the_typed_error(string what, Action call) => Throws<ShapeMismatchException>(what, call);

    [Theory]
    [MemberData(nameof(WrongTypes), DisableDiscoveryEnumeration = true)]
    public void Dtypes_without_a_kernel_give_the_typed_error(string what, Action call) => Throws<UnsupportedOpException>(what, call);

    private static void Throws<TException>(string what, Action call)
        where TException : TorchException
    {
        using var scope = NewDisposeScope();
        Should.Throw<TException>(call, what);
    }

    private static Tensor Longs(params long[] shape) => zeros(shape, ScalarType.Int64);
}
