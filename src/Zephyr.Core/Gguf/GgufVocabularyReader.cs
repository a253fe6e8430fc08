using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Tokenizers.SentencePiece;

namespace Zephyr.Core.Gguf;

/// <summary>
/// Says a tokenizer in llama.cpp's terms where its ids stay the same there. What llama.cpp would cut otherwise is refused by name: a model with
/// other ids than it was trained with answers badly, and nothing tells why.
/// </summary>
internal sealed class GgufVocabularyReader
{
    private readonly Tokenizer _tokenizer;
    private readonly int _vocabSize;

    private GgufVocabularyReader(Tokenizer tokenizer, int vocabSize) => (_tokenizer, _vocabSize) = (tokenizer, vocabSize);

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabSize">Rows of the model's embedding; those without a token are named as unused.</param>
    /// <exception cref="ZephyrException">llama.cpp has no such tokenizer; the message names what it lacks.</exception>
    public static GgufVocabulary Read(Tokenizer tokenizer, int vocabSize)
    {
        var reader = new GgufVocabularyReader(tokenizer, vocabSize);
        var vocabulary = tokenizer.Files.IsModel ? reader.OfSentencePiece() : reader.OfJson();
        return reader.Filled(vocabulary);
    }

    private GgufVocabulary OfSentencePiece()
    {
        var model = SentencePieceModelReader.Read(_tokenizer.Files.Content, (_, message) => Refusal(message));
        var rules = model.Normalizer;
        RefuseIf(model.ModelType != 2, "it is a unigram model");
        RefuseIf(rules.CharacterMap.Length > 0, "it has normalization rules (precompiled_charsmap)");
        RefuseIf(rules.RemovesExtraSpaces, "it removes extra spaces (remove_extra_whitespaces)");
        RefuseIf(!rules.EscapesSpaces || model.SpaceIsSuffix, "it has spaces where llama.cpp has none (escape_whitespaces, treat_whitespace_as_suffix)");
        RefuseIf(model.Pieces.Exists(static piece => piece.Kind == PieceKind.UserDefined), "it has pieces that are found before any other (user_defined_symbols)");
        RefuseIf(!model.ByteFallback, "it has no byte pieces (byte_fallback)");
        return new GgufVocabulary("llama", "default", Texts(), model.Pieces.ConvertAll(static piece => (GgufTokenType)piece.Kind))
        {
            Scores = [.. model.Pieces.Select(static piece => piece.Score)],
            AddsSpacePrefix = rules.AddsDummyPrefix,
        };
    }

    private GgufVocabulary OfJson()
    {
        // It was read before, so it is well formed.
        var file = JsonNode.Parse(_tokenizer.Files.Content)!.AsObject();
        var model = file["model"]!.AsObject();
        RefuseAddedTokens();
        var types = Types();
        if (file["pre_tokenizer"] is { } preTokenizer)
        {
            var split = SplitPatterns.NameOf(preTokenizer) ?? throw Refusal("it has a pre-tokenizer other than those of GPT-2, Llama 3, Qwen 2 and SmolLM");
            RefuseIf(file["normalizer"] is not null, "it has a normalizer before byte-level merging");
            var whole = model["ignore_merges"]?.GetValue<bool>() ?? false;
            RefuseIf(whole && split != SplitPatterns.Llama3, "it has ignore_merges, which llama.cpp has for the pre-tokenizer of Llama 3 alone");
            RefuseIf(!whole && split == SplitPatterns.Llama3 && MergeClosure.NotMadeByMerges(_tokenizer, types).Any(), "it lacks ignore_merges, which llama.cpp has for the pre-tokenizer of Llama 3");
            return new GgufVocabulary("gpt2", split, Texts(), types) { Merges = Merges(model) };
        }

        RefuseIf(model["byte_fallback"]?.GetValue<bool>() != true, "it has neither byte_fallback nor a byte-level pre-tokenizer");
        RefuseIf(model["ignore_merges"]?.GetValue<bool>() ?? false, "it has ignore_merges without a pre-tokenizer");
        var prefix = SplitPatterns.WordMarkPrefix(file["normalizer"]) ?? throw Refusal("it has a normalizer other than Llama 2's");
        return new GgufVocabulary("llama", "default", Texts(), types) { Scores = new MergeClosure(_tokenizer, types, Merges(model), Refusal).Scores(), AddsSpacePrefix = prefix };
    }

    private List<string> Texts() => [.. Enumerable.Range(0, _tokenizer.VocabSize).Select(_tokenizer.Piece)];

    private static List<string> Merges(JsonObject model) => [.. model["merges"]!.AsArray().Select(static merge => merge is JsonArray sides ? $"{sides[0]} {sides[1]}" : (string)merge!)];

    private List<GgufTokenType> Types()
    {
        var types = Enumerable.Repeat(GgufTokenType.Normal, _tokenizer.VocabSize).ToList();
        for (var value = 0; value < 256; value++)
        {
            if (_tokenizer.IdOf($"<0x{value:X2}>") is { } id)
            {
                types[id] = GgufTokenType.Byte;
            }
        }

        foreach (var token in _tokenizer.AddedTokens)
        {
            types[token.Id] = token.Id == _tokenizer.UnknownId ? GgufTokenType.Unknown : token.Special ? GgufTokenType.Control : GgufTokenType.UserDefined;
        }

        return types;
    }

    private void RefuseAddedTokens()
    {
        foreach (var token in _tokenizer.AddedTokens)
        {
            RefuseIf(token.SingleWord || token.StripLeft || token.StripRight, $"its added token '{token.Content}' has single_word, lstrip or rstrip");
            RefuseIf(token.Normalized && _tokenizer.HasNormalizer, $"its added token '{token.Content}' is looked for after normalization (normalized)");
        }
    }

    // llama.cpp wants a token for each row, and each with a text of its own.
    private GgufVocabulary Filled(GgufVocabulary vocabulary)
    {
        var (tokens, types) = (vocabulary.Tokens, vocabulary.Types);
        RefuseIf(tokens.Count > _vocabSize, $"it has {tokens.Count} tokens, and the model's embedding {_vocabSize} rows");
        for (var id = tokens.Count; id < _vocabSize; id++)
        {
            tokens.Add($"[PAD{id}]");
            types.Add(GgufTokenType.Unused);
        }

        var twice = tokens.GroupBy(static token => token, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1);
        RefuseIf(twice is not null, $"the token '{twice?.Key}' comes twice once rows without a token are named");
        return vocabulary with { Scores = vocabulary.Scores is { } scores ? [.. scores, .. new float[_vocabSize - scores.Length]] : null };
    }

    private void RefuseIf(bool holds, string reason)
    {
        if (holds)
        {
            throw Refusal(reason);
        }
    }

    private ZephyrException Refusal(string reason) => new($"{_tokenizer.Files.Path}: llama.cpp would give other ids than this tokenizer, because {reason}. It cannot be exported to GGUF.");
}
