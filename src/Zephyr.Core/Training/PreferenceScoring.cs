using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>
/// Completion log-probabilities of preference pairs. The reference model and the policy are scored by this one function, so that
/// equal weights give equal numbers and the first DPO loss is ln 2.
/// </summary>
internal static class PreferenceScoring
{
    /// <summary>Scores a batch within the current gradient mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The pairs: rows of the chosen completions, then those of the rejected ones, padded on the right.</param>
    /// <returns>Summed log-probabilities, float32 <c>[2 * pairs]</c>: chosen first, then rejected.</returns>
    public static Tensor LogProbs(DecoderModel model, PreferenceBatch batch)
    {
        using var scope = NewDisposeScope();
        var sequences = batch.Sequences;
        long[] shape = [sequences.Batch, sequences.Sequence];
        var ids = tensor(Array.ConvertAll(sequences.Ids, static id => (long)id), shape, device: model.Device);
        var positions = tensor(Array.ConvertAll(sequences.Positions, static position => (long)position), shape, device: model.Device);

        // Attention looks back only, so padding on the right is never seen and needs no document of its own.
        var hidden = model.Forward(ids, positions);
        return model.Operations.CompletionLogProbs(hidden, model.OutputWeight, tensor(sequences.Labels, shape, device: model.Device)).MoveToOuterDisposeScope();
    }

    /// <summary>Reads scores of pairs out of <see cref="LogProbs"/>.</summary>
    /// <param name="logProbs">Float32 <c>[2 * pairs]</c>.</param>
    /// <returns>One entry a pair.</returns>
    public static CompletionScores[] Read(Tensor logProbs)
    {
        using var scope = NewDisposeScope();
        var values = logProbs.detach().data<float>().ToArray();
        var pairs = values.Length / 2;
        var scores = new CompletionScores[pairs];
        for (var i = 0; i < pairs; i++)
        {
            scores[i] = new CompletionScores(values[i], values[pairs + i]);
        }

        return scores;
    }
}
