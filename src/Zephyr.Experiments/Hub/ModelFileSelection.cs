using Zephyr.Core.Checkpoints;

namespace Zephyr.Experiments.Hub;

/// <summary>Which files of a model's repository are fetched: configuration, tokenizer, and weights as safetensors.</summary>
internal static class ModelFileSelection
{
    /// <summary>Name of the configuration every model has.</summary>
    public const string Configuration = "config.json";

    private static readonly string[] s_tokenizer =
    [
        "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja",
    ];

    private static readonly string[] s_pickled = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];

    /// <summary>Chooses the files of a tokenizer.</summary>
    /// <param name="subject">The model, for messages.</param>
    /// <param name="files">Every file of the repository's root.</param>
    /// <returns>The files.</returns>
    /// <exception cref="HubException">There is no tokenizer.</exception>
    public static IReadOnlyList<HubFile> Tokenizer(HubSubject subject, IReadOnlyList<HubFile> files)
    {
        var chosen = files.Where(static file => s_tokenizer.Contains(file.Path, StringComparer.Ordinal)).ToList();
        return chosen.Any(static file => file.Path is "tokenizer.json" or "tokenizer.model")
            ? chosen
            : throw new HubException($"{subject}: the repository has no tokenizer.json and no tokenizer.model. Name another model as tokenizer.source, or a folder.");
    }

    /// <summary>Chooses configuration and tokenizer files, and finds the weights.</summary>
    /// <param name="subject">The model, for messages.</param>
    /// <param name="files">Every file of the repository's root.</param>
    /// <returns>The files beside the weights; then the one file of weights or the index of several.</returns>
    /// <exception cref="HubException">There is no configuration, or no weights that can be loaded without running code.</exception>
    public static (IReadOnlyList<HubFile> Beside, HubFile Weights) Model(HubSubject subject, IReadOnlyList<HubFile> files)
    {
        var beside = files.Where(static file => file.Path is Configuration or "generation_config.json" || s_tokenizer.Contains(file.Path, StringComparer.Ordinal)).ToList();
        if (!beside.Exists(static file => file.Path == Configuration))
        {
            throw new HubException($"{subject}: the repository has no config.json, so it is no model that can be trained here.");
        }

        var weights = files.FirstOrDefault(static file => file.Path == ModelWeights.SingleFile) ?? files.FirstOrDefault(static file => file.Path == ModelWeights.IndexFile);
        if (weights is not null)
        {
            return (beside, weights);
        }

        var pickled = files.FirstOrDefault(static file => s_pickled.Contains(Path.GetExtension(file.Path), StringComparer.OrdinalIgnoreCase));
        throw new HubException(pickled is null
            ? $"{subject}: the repository has no {ModelWeights.SingleFile} and no {ModelWeights.IndexFile}. Name a model whose weights are safetensors."
            : $"{subject}: the repository has its weights only as {pickled.Path}, a pickle, which can run any code when it is loaded and is refused. Take a revision with safetensors (often a pull request on the model's page, written @refs%2Fpr%2F1), or convert it once and name the folder.");
    }

    /// <summary>Finds the files of weights that an index names.</summary>
    /// <param name="subject">The model, for messages.</param>
    /// <param name="files">Every file of the repository's root.</param>
    /// <param name="index">The index.</param>
    /// <returns>The files.</returns>
    /// <exception cref="HubException">The repository lacks one.</exception>
    public static IEnumerable<HubFile> Shards(HubSubject subject, IReadOnlyList<HubFile> files, SafetensorsIndex index) => index.Files.Select(name =>
        files.FirstOrDefault(file => file.Path == name)
            ?? throw new HubException($"{subject}: {ModelWeights.IndexFile} names {name}, which is not there. The repository is incomplete; take another revision."));
}
