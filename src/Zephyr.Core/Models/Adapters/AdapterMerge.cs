using Zephyr.Core.Checkpoints;
using static TorchSharp.torch;

namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// Merges an adapter folder into the weights of a model folder, tensor by tensor: no more than one weight is in memory, and each keeps
/// the type it is stored in.
/// </summary>
public static class AdapterMerge
{
    /// <summary>Writes the weights with the adapter in them, in one file or several: <c>W + scale · B A</c> in float32, rounded once.</summary>
    /// <param name="modelFolder">The base model's folder.</param>
    /// <param name="adapterFolder">The adapter's folder, in PEFT's format.</param>
    /// <param name="outputFolder">Where to write; made when it does not exist.</param>
    /// <returns>How many weights got an adapter.</returns>
    /// <exception cref="AdapterFormatException">The adapter asks for something that is not supported, or does not fit the model.</exception>
    /// <exception cref="ZephyrException">A file is missing or damaged, or the folder cannot be written.</exception>
    public static int Write(string modelFolder, string adapterFolder, string outputFolder)
    {
        var model = ModelConfigurationFile.Load(modelFolder);
        using var adapter = LoraAdapter.Load(adapterFolder, model, ComputeType.Float32);
        using var weights = ModelWeights.Open(modelFolder);
        DecoderWeightsCheck.Check(weights, model);
        Directory.CreateDirectory(outputFolder);
        ModelWeightsWriter.Write(
            outputFolder,
            weights.Entries.Select(entry => new SafetensorsContent(entry.Name, entry.Type, entry.Shape, () => adapter.Find(entry.Name) is { } pair
                ? Merged(weights.FileOf(entry.Name)!, entry.Name, pair, adapter.Configuration.Scale)
                : weights.FileOf(entry.Name)!.Bytes(entry).ToArray())));
        return weights.Entries.Count(entry => adapter.Find(entry.Name) is not null);
    }

    private static byte[] Merged(SafetensorsFile file, string name, LoraPair pair, double scale)
    {
        using var scope = NewDisposeScope();
        var weight = TensorFiles.Read(file, name);
        return TensorFiles.Bytes(pair.Merge(weight, scale).to_type(weight.dtype));
    }
}
