using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>Copies a Hugging Face-format model folder.</summary>
internal static class ModelFolder
{
    private static readonly string[] s_optional =
    [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", ChatTemplateFile.TemplateName, "tokenizer.model", "added_tokens.json",
        "chat_template.jinja",
    ];

    /// <summary>Copies the files that belong to the model; whatever else lies beside them stays.</summary>
    /// <param name="source">The model's folder.</param>
    /// <param name="target">The folder to make.</param>
    /// <exception cref="ZephyrException">A file that every model needs is missing.</exception>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        if (!File.Exists(Path.Combine(source, ModelConfigurationFile.FileName)))
        {
            throw new ZephyrException($"{source} has no {ModelConfigurationFile.FileName}. model.source must name a folder with a configuration and weights as safetensors.");
        }

        foreach (var name in ModelWeights.FileNames(source).Append(ModelConfigurationFile.FileName))
        {
            var file = Path.Combine(source, name);
            if (!File.Exists(file))
            {
                throw new ZephyrException($"{file} does not exist, but {ModelWeights.IndexFile} names it. The model is incomplete; fetch it again.");
            }

            File.Copy(file, Path.Combine(target, name));
        }

        foreach (var name in s_optional.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name));
        }
    }

    /// <summary>Copies files that were fetched.</summary>
    /// <param name="files">The files, all of the repository's root.</param>
    /// <param name="target">The folder to make.</param>
    public static void Copy(IReadOnlyList<FetchedFile> files, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in files)
        {
            File.Copy(file.LocalPath, Path.Combine(target, file.Path));
        }
    }

    /// <summary>Checks what can be checked without reading the weights: configuration, headers, and that index and files fit together.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="expected">The shape that <c>model.architecture</c> says; null when it says none.</param>
    /// <exception cref="ZephyrException">The model cannot be used or is another than expected; found now and not hours later.</exception>
    public static void Check(string folder, ArchitectureOptions? expected)
    {
        var configuration = ModelConfigurationFile.Load(folder);
        if (expected is not null && configuration.DifferencesFrom(expected) is { Count: > 0 } differences)
        {
            throw new ZephyrException(
                $"{Path.Combine(folder, ModelConfigurationFile.FileName)} is not what model.architecture expects: {string.Join("; ", differences)}. Correct model.architecture, or leave it out.");
        }

        using var weights = ModelWeights.Open(folder);
    }
}
