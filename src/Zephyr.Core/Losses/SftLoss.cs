using Zephyr.Core.Data.Packing;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Losses;

/// <summary>
/// Next-token cross-entropy of packed sequences, as a sum over the labels that count, so that whoever calls divides once by the
/// tokens of a whole accumulation window (dividing each pass by its own count weighs short passes too much).
/// </summary>
internal static class SftLoss
{
    /// <summary>Runs the model on a batch within the current gradient mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>The summed loss, a float32 scalar with its graph, and the number of labels that the argmax hits.</returns>
    /// <exception cref="ZephyrException">A document is longer than the model's positions.</exception>
    public static (Tensor Sum, long Hits) Compute(DecoderModel model, PackedBatch batch)
    {
        using var scope = NewDisposeScope();
        var (ids, positions) = (new long[batch.Ids.Length], new long[batch.Ids.Length]);
        var isolated = false;
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = batch.Ids[i];
            positions[i] = batch.Positions[i];
            isolated |= batch.DocumentStarts[i] != 0;
            if (positions[i] >= model.Configuration.MaxPositionEmbeddings)
            {
                throw new ZephyrException(
                    $"A row reaches position {positions[i]}, beyond the model's max_position_embeddings {model.Configuration.MaxPositionEmbeddings}. Lower dsft.sequence_length or tokenize.max_length.");
            }
        }

        long[] shape = [batch.Batch, batch.Sequence];
        var starts = isolated ? tensor(batch.DocumentStarts, shape, device: model.Device) : null;
        var hidden = model.Forward(tensor(ids, shape, device: model.Device), tensor(positions, shape, device: model.Device), starts);

        // [batch, sequence, hidden] -> [batch * sequence, hidden]
        var (sum, hits) = model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(batch.Labels, [batch.Labels.Length], device: model.Device));
        return (sum.MoveToOuterDisposeScope(), hits.item<long>());
    }
}
