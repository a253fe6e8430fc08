using System.Security.Cryptography;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>The whole recipe as small as it gets, so that it can be run, broken and run again many times.</summary>
internal static class MicroRecipe
{
    private const string Yaml = """
        name: micro
        seed: 7
        model:
          source: random
          dtype: bfloat16
          threads: 1
          architecture: {hidden_size: 32, intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 256}
        tokenizer: {source: train, vocab_size: 320}
        data: {source: world, world: {prompts: 100, held_out_prompts: 10, pairs: 100}}
        tokenize: {max_length: 192, max_preference_length: 192, max_prompt_length: 128}
        dsft: {learning_rate: 3.0e-3, epochs: 1, batch_size: 2, sequence_length: 192, checkpoint_every: 2}
        ddpo: {learning_rate: 1.0e-3, max_steps: 6, batch_size: 4, checkpoint_every: 2}
        evaluate: {judge: rubric, max_new_tokens: 4}
        """;

    /// <summary>The option that names it.</summary>
    public const string Experiment = "--experiment=micro";

    /// <summary>Makes a folder to run it in.</summary>
    public static RecipeRepository Make()
    {
        var repository = new RecipeRepository();
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "micro.yaml"), Yaml);
        return repository;
    }

    /// <summary>Path and hash of every published file, in order.</summary>
    public static string[] Hashes(RecipeRepository repository)
    {
        var view = Path.Combine(repository.Folder, "artifacts", "experiments", "micro");
        return [.. Directory.EnumerateFiles(view, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(view, path))
            .Where(path => !path.StartsWith('.') && path.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => $"{path} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(view, path))))}")];
    }

    /// <summary>Whether nothing is left over from a run: no private folders, no temporaries.</summary>
    public static string[] Leftovers(RecipeRepository repository)
    {
        var artifacts = Path.Combine(repository.Folder, "artifacts");
        var work = Path.Combine(artifacts, "store", "work");
        return [.. (Directory.Exists(work) ? Directory.EnumerateFileSystemEntries(work) : [])
            .Concat(Directory.EnumerateFiles(artifacts, "*.tmp", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(artifacts, path))];
    }

    /// <summary>A number from the environment, for longer runs than the usual tests make.</summary>
    public static int Setting(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : usual;
}
