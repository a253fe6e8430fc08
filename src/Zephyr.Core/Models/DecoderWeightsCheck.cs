using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Models;

/// <summary>Checks that weights are those of a configuration: every tensor there, with its shape, and no other.</summary>
internal static class DecoderWeightsCheck
{
    /// <summary>Checks weights by their headers; of a tied model that also stores its output projection, the two are compared.</summary>
    /// <param name="weights">The open weights.</param>
    /// <param name="configuration">The model's configuration.</param>
    /// <exception cref="ZephyrException">A tensor is missing, unexpected, of another shape or no floating point; each is named.</exception>
    internal static void Check(ModelWeights weights, ModelConfiguration configuration)
    {
        var problems = new List<string>();
        var expected = WeightLayout.Tensors(configuration);
        foreach (var tensor in expected)
        {
            if (weights.FileOf(tensor.Name) is not { } file)
            {
                problems.Add($"{tensor.Name} is missing");
            }
            else if (file.Entry(tensor.Name) is var entry && !entry.Shape.SequenceEqual(tensor.Shape))
            {
                problems.Add($"{tensor.Name} has shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", tensor.Shape)}]");
            }
            else if (entry.Type is not (SafetensorsType.Float32 or SafetensorsType.Bfloat16 or SafetensorsType.Float16 or SafetensorsType.Float64))
            {
                problems.Add($"{tensor.Name} is {SafetensorsTypes.Name(entry.Type)}, expected floating point");
            }
        }

        var known = expected.Select(static tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);

        // Tied models are sometimes saved with the copy of the embedding, and old ones with the rotary table.
        problems.AddRange(weights.Entries
            .Where(entry => !known.Contains(entry.Name)
                && !(configuration.TieWordEmbeddings && string.Equals(entry.Name, WeightLayout.Output, StringComparison.Ordinal))
                && !entry.Name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal))
            .Select(static entry => $"{entry.Name} is unexpected"));
        if (problems.Count == 0 && configuration.TieWordEmbeddings && weights.FileOf(WeightLayout.Output) is { } output && !IsEmbedding(weights, output))
        {
            problems.Add($"{ModelConfigurationFile.FileName} says tie_word_embeddings, but {WeightLayout.Output} is not {WeightLayout.Embedding}");
        }

        if (problems.Count > 0)
        {
            const int shown = 8;
            var rest = problems.Count > shown ? $" and {problems.Count - shown} more" : "";
            throw new ZephyrException(
                $"{weights.Path}: the weights do not fit {ModelConfigurationFile.FileName} beside them: {string.Join("; ", problems.Take(shown))}{rest}. Check that both belong to the same model.");
        }
    }

    private static bool IsEmbedding(ModelWeights weights, SafetensorsFile output)
    {
        const int Piece = 8 << 20;
        var input = weights.FileOf(WeightLayout.Embedding)!;
        var (copy, embedding) = (output.Entry(WeightLayout.Output), input.Entry(WeightLayout.Embedding));
        if (copy.Type != embedding.Type || copy.Length != embedding.Length)
        {
            return false;
        }

        for (long start = 0; start < copy.Length; start += Piece)
        {
            var length = (int)Math.Min(Piece, copy.Length - start);
            if (!output.Bytes(copy, start, length).SequenceEqual(input.Bytes(embedding, start, length)))
            {
                return false;
            }

            output.Release(copy, start, length);
            input.Release(embedding, start, length);
        }

        return true;
    }
}
