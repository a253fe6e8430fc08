using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Gguf;

/// <summary>Kinds of tokens, numbered as llama.cpp numbers them; the first six are those of sentencepiece.</summary>
internal enum GgufTokenType
{
    /// <summary>An ordinary piece.</summary>
    Normal = 1,

    /// <summary>What unknown text becomes.</summary>
    Unknown = 2,

    /// <summary>A special token.</summary>
    Control = 3,

    /// <summary>A token that is cut out of the text before anything else.</summary>
    UserDefined = 4,

    /// <summary>A row of the embedding that no token has.</summary>
    Unused = 5,

    /// <summary>A single byte.</summary>
    Byte = 6,
}

/// <summary>A vocabulary as llama.cpp has it.</summary>
/// <param name="Model">Its algorithm: <c>llama</c> (sentencepiece, by scores) or <c>gpt2</c> (byte-level, by merges).</param>
/// <param name="PreTokenizer">Name of the split pattern.</param>
/// <param name="Tokens">Texts; the index is the id.</param>
/// <param name="Types">Kinds.</param>
internal sealed record GgufVocabulary(string Model, string PreTokenizer, List<string> Tokens, List<GgufTokenType> Types)
{
    /// <summary>Scores, of which the highest merges first; null where merges are given.</summary>
    public float[]? Scores { get; init; }

    /// <summary>Merge rules in order, such as <c>a b</c>; null where scores are given.</summary>
    public List<string>? Merges { get; init; }

    /// <summary>Whether a space goes before the text and after special tokens.</summary>
    public bool AddsSpacePrefix { get; init; }

    /// <summary>Adds the vocabulary to a file's metadata.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="tokenizer">The tokenizer it was made from.</param>
    /// <param name="stopIds">Tokens at which generation stops; llama.cpp has names for three.</param>
    /// <exception cref="ZephyrException">The tokens around a text are none that llama.cpp puts there.</exception>
    public void AddTo(GgufMetadata metadata, Tokenizer tokenizer, IReadOnlyList<int> stopIds)
    {
        metadata.Add("tokenizer.ggml.model", Model);
        metadata.Add("tokenizer.ggml.pre", PreTokenizer);
        metadata.Add("tokenizer.ggml.tokens", Tokens);
        if (Scores is not null)
        {
            metadata.Add("tokenizer.ggml.scores", Scores);
        }

        metadata.Add("tokenizer.ggml.token_type", [.. Types.Select(static type => (int)type)]);
        if (Merges is not null)
        {
            metadata.Add("tokenizer.ggml.merges", Merges);
        }

        AddId(metadata, "bos", tokenizer.HasBosId ? tokenizer.BosId : null);
        var end = tokenizer.HasEosId ? tokenizer.EosId : stopIds.Count > 0 ? stopIds[0] : (int?)null;
        AddId(metadata, "eos", end);
        var others = stopIds.Where(id => id != end).Take(2).ToList();
        AddId(metadata, "eot", others.Count > 0 ? others[0] : null);
        AddId(metadata, "eom", others.Count > 1 ? others[1] : null);
        AddId(metadata, "unknown", tokenizer.UnknownId);
        AddId(metadata, "padding", tokenizer.PadId);
        var (before, after) = tokenizer.Around;
        metadata.Add("tokenizer.ggml.add_bos_token", Adds(before, tokenizer.HasBosId ? tokenizer.BosId : null, "before"));
        metadata.Add("tokenizer.ggml.add_eos_token", Adds(after, end, "after"));
        if (Model == "llama")
        {
            metadata.Add("tokenizer.ggml.add_space_prefix", AddsSpacePrefix);
        }
    }

    private static void AddId(GgufMetadata metadata, string role, int? id)
    {
        if (id is { } present)
        {
            metadata.Add($"tokenizer.ggml.{role}_token_id", (uint)present);
        }
    }

    private static bool Adds(IReadOnlyList<int> ids, int? expected, string where)
    {
        if (ids.Count > 1 || (ids.Count == 1 && ids[0] != expected))
        {
            throw new ZephyrException(
                $"The tokenizer puts the ids {string.Join(", ", ids)} {where} a text; llama.cpp can put only the token that begins a text before it and the one that ends it after it. It cannot be exported to GGUF.");
        }

        return ids.Count == 1;
    }
}
