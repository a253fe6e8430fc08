using Zephyr.Core.Models;

namespace Zephyr.Experiments.Stages;

/// <summary>Writes a model with its tokenizer as one Hugging Face-format folder, and its adapter, if it has one, as a folder of PEFT's.</summary>
internal static class TrainedModel
{
    /// <summary>Raised whenever the same training gives other files beside the weights; part of the versions of stages that train.</summary>
    public const int Version = 1;

    /// <summary>Writes weights, configuration and tokenizer files; the weights have the adapter in them.</summary>
    /// <param name="folder">The folder, made here.</param>
    /// <param name="adapterFolder">The folder for the adapter, made here when the model has one.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizerFolder">Folder whose files are copied beside it.</param>
    public static void Write(string folder, string adapterFolder, DecoderModel model, string tokenizerFolder)
    {
        Directory.CreateDirectory(folder);
        model.Save(folder);
        model.Adapter?.Save(adapterFolder);
        foreach (var file in Directory.EnumerateFiles(tokenizerFolder).Order(StringComparer.Ordinal))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        SpecialTokensMap.Write(folder);
    }
}
