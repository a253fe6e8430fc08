using Zephyr.Core;

namespace Zephyr.Experiments.Stages;

/// <summary>Copies a Hugging Face-format model folder.</summary>
internal static class ModelFolder
{
    private static readonly string[] Required = ["config.json", "model.safetensors"];
    private static readonly string[] Optional = ["generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "tokenizer.model"];

    /// <summary>Copies the files that belong to the model; whatever else lies beside them stays.</summary>
    /// <param name="source">The model's folder.</param>
    /// <param name="target">The folder to make.</param>
    /// <exception cref="ZephyrException">A file that every model needs is missing.</exception>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var name in Required)
        {
            var file = Path.Combine(source, name);
            if (!File.Exists(file))
            {
                throw new ZephyrException($"{file} does not exist. model.source must name a folder with {string.Join(" and ", Required)}.");
            }

            File.Copy(file, Path.Combine(target, name));
        }

        foreach (var name in Optional.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name));
        }
    }
}
