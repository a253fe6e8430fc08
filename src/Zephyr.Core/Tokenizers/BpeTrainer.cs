using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers.Json;
using Zephyr.Core.Tokenizers.Training;

namespace Zephyr.Core.Tokenizers;

/// <summary>Learns a vocabulary of the Llama kind from texts. The same texts give the same vocabulary, byte for byte, everywhere.</summary>
public static class BpeTrainer
{
    /// <summary>Id of <c>&lt;s&gt;</c>, which begins a sequence, in every learnt vocabulary.</summary>
    public const int BosId = 1;

    /// <summary>Id of <c>&lt;/s&gt;</c>, which ends a turn, in every learnt vocabulary.</summary>
    public const int EosId = 2;

    /// <summary>Texts of the special tokens of a trained vocabulary, by the names under which chat templates know them.</summary>
    public static IReadOnlyDictionary<string, string> SpecialTokens { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["unk_token"] = "<unk>",
    };

    private const string Configuration = """
        {
          "add_bos_token": true,
          "add_eos_token": false,
          "added_tokens_decoder": {
            "0": { "content": "<unk>", "lstrip": false, "normalized": false, "rstrip": false, "single_word": false, "special": true },
            "1": { "content": "<s>", "lstrip": false, "normalized": false, "rstrip": false, "single_word": false, "special": true },
            "2": { "content": "</s>", "lstrip": false, "normalized": false, "rstrip": false, "single_word": false, "special": true }
          },
          "additional_special_tokens": [],
          "bos_token": "<s>",
          "clean_up_tokenization_spaces": false,
          "eos_token": "</s>",
          "legacy": true,
          "model_max_length": 1000000000000000019884624838656,
          "pad_token": null,
          "sp_model_kwargs": {},
          "spaces_between_special_tokens": false,
          "tokenizer_class": "LlamaTokenizer",
          "unk_token": "<unk>",
          "use_default_system_prompt": false
        }
        """;

    private static readonly string[] s_special = ["<unk>", "<s>", "</s>"];

    /// <summary>
    /// Learns a vocabulary: <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c> and <c>&lt;/s&gt;</c>, 256 byte pieces, the characters of the texts, then merges.
    /// Characters take at most half of what follows the byte pieces, the most frequent first; the others are spelt in bytes.
    /// </summary>
    /// <param name="texts">The texts, without special tokens; for conversations those of <c>ChatRenderer.PlainTexts</c>.</param>
    /// <param name="vocabSize">Number of pieces; fewer come out when the texts have no more to merge.</param>
    /// <param name="splitDigits">Whether each digit is a piece of its own, as in Llama and Mistral.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabSize"/> has no room for 41 pieces after the bytes.</exception>
    public static Tokenizer Train(IEnumerable<string> texts, int vocabSize, bool splitDigits = true)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabSize, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabSize, TokenizerDefinition.MaxPieces);
        var words = new TrainingWords(splitDigits);
        foreach (var text in texts)
        {
            words.Add(text);
        }

        var counts = words.Counts();
        var pieces = new List<string>(vocabSize);
        pieces.AddRange(s_special);
        for (var value = 0; value < 256; value++)
        {
            pieces.Add(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));
        }

        pieces.AddRange(Alphabet(counts, (vocabSize - pieces.Count) / 2));
        var rules = new MergeLearner(pieces, counts).Learn(vocabSize);
        var json = TokenizerJsonWriter.Write(pieces, rules, s_special);
        return new Tokenizer(new TokenizerFiles(json, "the trained tokenizer", new TokenizerConfiguration((JsonObject)JsonNode.Parse(Configuration)!, "the trained tokenizer")));
    }

    private static IEnumerable<string> Alphabet(IEnumerable<KeyValuePair<string, long>> words, int limit)
    {
        var counts = new Dictionary<Rune, long> { [new Rune(TokenizerDefinition.WordMark)] = long.MaxValue / 2 };
        foreach (var (word, count) in words)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                counts[rune] = counts.GetValueOrDefault(rune) + count;
            }
        }

        return counts.OrderByDescending(character => character.Value).ThenBy(character => character.Key)
            .Take(limit).Select(character => character.Key).Order().Select(character => character.ToString());
    }
}
