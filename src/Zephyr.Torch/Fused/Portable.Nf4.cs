using static TorchSharp.torch;

namespace Zephyr.Torch;

internal static partial class Portable
{
    // 16 million values at a time: some 170 MB of codes and float32 products. All of one projection of 7 billion weights were 2 GB.
    private const long PieceBlocks = 1 << 18;

    // Both values of every byte, [256, 2]: the upper half first.
    private static readonly float[] s_values = [.. Enumerable.Range(0, 256).SelectMany(static code => new[] { Nf4Weight.Values[code >> 4], Nf4Weight.Values[code & 15] })];

    /// <inheritdoc cref="Fused.Nf4Linear"/>
    internal static Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack) =>
        ActivationCheckpoint.Run(inputs => [nn.functional.linear(inputs[0], Nf4Dequantize(stack, inputs[0].dtype))], outputCount: 1, [x])[0];

    /// <summary><see cref="Composed.Nf4Dequantize(IReadOnlyList{Nf4Weight}, ScalarType)"/> piece by piece, to the same bits.</summary>
    /// <param name="stack">The matrices, of as many columns each.</param>
    /// <param name="dtype">float32 or bfloat16.</param>
    /// <param name="pieceBlocks">Blocks in one piece.</param>
    /// <returns><c>[sum of rows, columns]</c>.</returns>
    internal static Tensor Nf4Dequantize(IReadOnlyList<Nf4Weight> stack, ScalarType dtype, long pieceBlocks = PieceBlocks)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var device = stack[0].Packed.device;
        var wide = empty([stack.Sum(static weight => weight.Rows), stack[0].Columns], dtype, device);
        var flat = wide.view(-1);
        var values = tensor(s_values, [256, 2], device: device);
        long at = 0;
        foreach (var weight in stack)
        {
            using var perWeight = NewDisposeScope();
            var absmax = Composed.Absmax(weight); // [blocks]
            for (long first = 0; first < absmax.size(0); first += pieceBlocks)
            {
                using var perPiece = NewDisposeScope();
                var blocks = Math.Min(pieceBlocks, absmax.size(0) - first);
                var count = blocks * Nf4Weight.BlockLength;
                var codes = weight.Packed.narrow(0, first * Nf4Weight.BlockLength / 2, count / 2).to_type(ScalarType.Int32);
                var piece = values.index_select(0, codes).view(blocks, Nf4Weight.BlockLength).mul(absmax.narrow(0, first, blocks).unsqueeze(1));
                flat.narrow(0, at, count).copy_(piece.view(-1));
                at += count;
            }
        }

        return wide.MoveToOuterDisposeScope();
    }
}
