using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Composed
{
    /// <inheritdoc cref="Fused.Nf4Dequantize"/>
    public static Tensor Nf4Dequantize(IReadOnlyList<Nf4Weight> stack, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(stack);
        using var scope = NewDisposeScope();
        return cat([.. stack.Select(Nf4Dequantize)], 0).to_type(dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.Nf4Linear"/>
    public static Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = NewDisposeScope();
        return nn.functional.linear(x, Nf4Dequantize(stack, x.dtype)).MoveToOuterDisposeScope();
    }

    private static Tensor Nf4Dequantize(Nf4Weight weight)
    {
        using var scope = NewDisposeScope();
        var bytes = weight.Packed;
        var codes = stack([bytes.floor_divide(16), bytes.remainder(16)], 1).flatten().to_type(ScalarType.Int32); // [elements]
        var shares = tensor(Nf4Weight.Values.ToArray(), device: bytes.device).index_select(0, codes).view(-1, Nf4Weight.BlockLength); // [blocks, 64]
        return (shares * Absmax(weight).unsqueeze(1)).view(weight.Rows, weight.Columns).MoveToOuterDisposeScope();
    }

    // float32 [blocks]: the scale of each block, decoded where it is in 8 bits itself.
    internal static Tensor Absmax(Nf4Weight weight)
    {
        if (weight.Scales is not { } scales)
        {
            return weight.Absmax.alias();
        }

        using var scope = NewDisposeScope();
        var codes = weight.Absmax.to_type(ScalarType.Int64);
        var perBlock = scales.repeat_interleave(Nf4Weight.ScaleBlockLength, 0).narrow(0, 0, codes.size(0));
        return (AdamWMoments.DynamicMap(isSigned: true).to(codes.device).index_select(0, codes) * perBlock + weight.Offset).MoveToOuterDisposeScope();
    }
}
