using Zephyr.Core.Models;

namespace Zephyr.Experiments.Stages;

/// <summary>Writes a model with its tokenizer as one Hugging Face-format folder.</summary>
internal static class TrainedModel
{
    /// <summary>Writes weights, configuration and tokenizer files.</summary>
    /// <param name="folder">The folder, made here.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizerFolder">Folder whose files are copied beside it.</param>
    public static void Write(string folder, DecoderModel model, string tokenizerFolder)
    {
        Directory.CreateDirectory(folder);
        model.Save(folder);
        foreach (var file in Directory.EnumerateFiles(tokenizerFolder).Order(StringComparer.Ordinal))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }
}
