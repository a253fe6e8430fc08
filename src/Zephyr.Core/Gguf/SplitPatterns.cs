using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Gguf;

/// <summary>The normalizers and pre-tokenizers of a tokenizer.json for which llama.cpp has a name.</summary>
internal static class SplitPatterns
{
    /// <summary>llama.cpp's name of Llama 3's.</summary>
    public const string Llama3 = "llama-bpe";

    private static readonly string s_mark = TokenizerDefinition.WordMark.ToString();

    /// <summary>llama.cpp's name of a byte-level pre-tokenizer.</summary>
    /// <param name="preTokenizer">The part of the file.</param>
    /// <returns>The name; null where llama.cpp cuts text in no such way.</returns>
    public static string? NameOf(JsonNode preTokenizer)
    {
        var steps = Type(preTokenizer) == "Sequence" ? [.. preTokenizer["pretokenizers"]!.AsArray()] : new List<JsonNode?> { preTokenizer };
        return steps switch
        {
            [var bytes] when IsByteLevel(bytes, cuts: true) => "gpt-2",
            [var digits, var bytes] when Type(digits) == "Digits" && Flag(digits, "individual_digits", false) && IsByteLevel(bytes, cuts: true) => "smollm",
            [var split, var bytes] when IsByteLevel(bytes, cuts: false) => Pattern(split) switch
            {
                WordScanner.Llama3Pattern => Llama3,
                WordScanner.Qwen2Pattern => "qwen2",
                _ => null,
            },
            _ => null,
        };
    }

    /// <summary>Whether Llama 2's normalizer puts a word mark before a text.</summary>
    /// <param name="normalizer">The part of the file: spaces become word marks, perhaps after one is put before the text.</param>
    /// <returns>Whether it does; null for another normalizer.</returns>
    public static bool? WordMarkPrefix(JsonNode? normalizer)
    {
        var steps = Type(normalizer) == "Sequence" ? [.. normalizer!["normalizers"]!.AsArray()] : new List<JsonNode?> { normalizer };
        return steps switch
        {
            [var replace] when IsSpaceReplacement(replace) => false,
            [var prepend, var replace] when Type(prepend) == "Prepend" && (string?)prepend!["prepend"] == s_mark && IsSpaceReplacement(replace) => true,
            _ => null,
        };
    }

    private static string? Pattern(JsonNode? split) => Type(split) == "Split" && (string?)split!["behavior"] == "Isolated" && !Flag(split, "invert", false)
        ? (string?)split["pattern"]?["Regex"]
        : null;

    private static bool IsByteLevel(JsonNode? part, bool cuts) => Type(part) == "ByteLevel" && !Flag(part, "add_prefix_space", true) && Flag(part, "use_regex", true) == cuts;

    private static bool IsSpaceReplacement(JsonNode? part) => Type(part) == "Replace" && (string?)part!["pattern"]?["String"] == " " && (string?)part["content"] == s_mark;

    private static string? Type(JsonNode? part) => (string?)part?["type"];

    private static bool Flag(JsonNode? part, string name, bool otherwise) => part?[name]?.GetValue<bool>() ?? otherwise;
}
