using System.Runtime.InteropServices;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Models;

/// <summary>
/// A seeded random start: matrices from a normal distribution, norms at one, as Hugging Face initialises Mistral. The numbers come
/// from the seed and the tensor's name alone, so that every machine writes the same bytes; libtorch is not loaded.
/// </summary>
public static class RandomModel
{
    /// <summary>Writes <c>model.safetensors</c> (float32), <c>config.json</c> and <c>generation_config.json</c>.</summary>
    /// <param name="architecture">Shape of the model.</param>
    /// <param name="vocabSize">Pieces of the tokenizer.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="folder">Where to write; made when it does not exist.</param>
    /// <param name="bosTokenId">Id of the token that begins a sequence.</param>
    /// <param name="eosTokenId">Id of the token that ends a sequence.</param>
    /// <returns>The configuration written.</returns>
    /// <exception cref="ZephyrException">The sizes do not fit each other, or the folder cannot be written.</exception>
    public static ModelConfiguration Create(
        ArchitectureOptions architecture, int vocabSize, ulong seed, string folder, int? bosTokenId = null, int? eosTokenId = null)
    {
        var configuration = ModelConfiguration.From(architecture, vocabSize, bosTokenId, eosTokenId);
        Write(configuration, seed, folder);
        return configuration;
    }

    /// <summary>Writes a model folder of any supported configuration.</summary>
    /// <param name="configuration">The model's configuration.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="folder">Where to write; made when it does not exist.</param>
    /// <exception cref="ZephyrException">The folder cannot be written.</exception>
    internal static void Write(ModelConfiguration configuration, ulong seed, string folder)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            WeightLayout.Tensors(configuration).Select(tensor => new SafetensorsContent(
                tensor.Name,
                SafetensorsType.Float32,
                tensor.Shape,
                () => MemoryMarshal.AsBytes(Values(tensor, configuration.InitializerRange, seed).AsSpan()).ToArray())));
        ModelConfigurationFile.Save(configuration, folder, ComputeType.Float32);
    }

    private static float[] Values(WeightShape tensor, double deviation, ulong seed)
    {
        var values = new float[checked((int)tensor.Shape.Aggregate(1L, static (product, size) => product * size))];
        if (tensor.Shape.Count == 1)
        {
            Array.Fill(values, 1f);
            return values;
        }

        var random = new SeededRandom(seed, "model/" + tensor.Name);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(deviation * random.NextNormal());
        }

        return values;
    }
}
