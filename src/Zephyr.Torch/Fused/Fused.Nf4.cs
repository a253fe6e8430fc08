using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

public static unsafe partial class Fused
{
    /// <summary>Matrices of 4-bit values, stacked and in full width.</summary>
    /// <param name="stack">The matrices, of as many columns each.</param>
    /// <param name="dtype">float32 or bfloat16; each value is computed in float32 and rounded once.</param>
    /// <returns><c>[sum of rows, columns]</c>.</returns>
    public static Tensor Nf4Dequantize(IReadOnlyList<Nf4Weight> stack, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(stack);
        if (stack.Count > 0 && Portable.Serves(stack[0].Packed))
        {
            return Portable.Nf4Dequantize(stack, dtype);
        }

        using var held = new HeldStack(stack);
        fixed (nint* packed = held.Packed, absmax = held.Absmax, scales = held.Scales)
        fixed (double* offsets = held.Offsets)
        fixed (long* rows = held.Rows)
        {
            var code = Native.zt_nf4_dequantize(packed, absmax, scales, offsets, rows, held.Columns, stack.Count, (int)dtype, out var result);
            return NativeCall.Result(code, result, nameof(Nf4Dequantize));
        }
    }

    /// <summary>
    /// Product with matrices of 4-bit values, <c>x · Wᵀ</c>. The matrices in full width exist during the product and are made again in
    /// backward; they have no gradient.
    /// </summary>
    /// <param name="x"><c>[..., columns]</c>.</param>
    /// <param name="stack">The matrices, of as many columns each; they must live until backward.</param>
    /// <returns><c>[..., sum of rows]</c>.</returns>
    public static Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Portable.Serves(x))
        {
            return Portable.Nf4Linear(x, stack);
        }

        using var held = new HeldStack(stack);
        fixed (nint* packed = held.Packed, absmax = held.Absmax, scales = held.Scales)
        fixed (double* offsets = held.Offsets)
        fixed (long* rows = held.Rows)
        {
            var code = Native.zt_nf4_linear(x.Handle, packed, absmax, scales, offsets, rows, held.Columns, stack.Count, out var result);
            return NativeCall.Result(code, result, nameof(Nf4Linear), x);
        }
    }

    /// <summary>A stack as the exports take it.</summary>
    private sealed class HeldStack : IDisposable
    {
        private readonly HeldTensors packed;
        private readonly HeldTensors absmax;
        private readonly HeldTensors scales;

        internal HeldStack(IReadOnlyList<Nf4Weight> stack)
        {
            ArgumentNullException.ThrowIfNull(stack);
            packed = new HeldTensors([.. stack.Select(static weight => weight.Packed)]);
            absmax = new HeldTensors([.. stack.Select(static weight => weight.Absmax)]);
            scales = new HeldTensors([.. stack.Select(static weight => weight.Scales).OfType<Tensor>()]);
            var next = 0;
            Scales = [.. stack.Select(weight => weight.Scales is null ? 0 : scales.Pointers[next++])];
            Offsets = [.. stack.Select(static weight => weight.Offset)];
            Rows = [.. stack.Select(static weight => weight.Rows)];
            Columns = stack.Count == 0 ? 0 : stack[0].Columns;
            if (stack.FirstOrDefault(weight => weight.Columns != Columns) is { } other)
            {
                Dispose();
                throw new ShapeMismatchException("Nf4", $"Stacked matrices have as many columns each: {Columns} and {other.Columns} do not go together.");
            }
        }

        internal nint[] Packed => packed.Pointers;

        internal nint[] Absmax => absmax.Pointers;

        internal nint[] Scales { get; }

        internal double[] Offsets { get; }

        internal long[] Rows { get; }

        internal long Columns { get; }

        public void Dispose()
        {
            packed.Dispose();
            absmax.Dispose();
            scales.Dispose();
        }
    }
}
