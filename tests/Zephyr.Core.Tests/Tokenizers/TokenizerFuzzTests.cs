using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

/// <summary>
/// Damaged files: 20,000 of each kind, or as many as ZEPHYR_FUZZ_INPUTS says. Each either loads and then encodes and decodes, or is refused
/// with the one documented exception, in bounded time and memory.
/// </summary>
public sealed class TokenizerFuzzTests
{
    private const string Text = "aa \n é <s>b1 don't 日本  🙂";
    private static readonly int s_inputs = int.Parse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public void Damaged_tokenizer_json_files_give_the_one_documented_exception()
    {
        var bases = JsonBases().Select(Encoding.UTF8.GetBytes).ToList();
        Fuzz("tokenizer.json", bases, (content, random) => random.NextInt(3) == 0 ? SwapTokens(content, random) : Mutate(content, random));
    }

    [Fact]
    public void Damaged_sentencepiece_models_give_the_one_documented_exception()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "references/tokenizers/sentencepiece");
        var bases = new[] { "bpe-symbols", "unigram", "unigram-suffix" }.Select(name => File.ReadAllBytes(Path.Combine(folder, name + ".model"))).ToList();
        Fuzz("tokenizer.model", bases, Mutate);
    }

    private static void Fuzz(string name, List<byte[]> bases, Func<byte[], SeededRandom, byte[]> mutate)
    {
        var random = new SeededRandom(11, name);
        var (refused, loaded) = (0, 0);
        var slowest = TimeSpan.Zero;
        var memory = GC.GetTotalAllocatedBytes();
        for (var i = 0; i < s_inputs; i++)
        {
            var bad = mutate(bases[i % bases.Count], random);
            var start = Stopwatch.GetTimestamp();
            try
            {
                var tokenizer = new Tokenizer(new TokenizerFiles(bad, name, new TokenizerConfiguration([], "none")));
                var ids = tokenizer.Encode(Text, addSpecial: true);
                _ = tokenizer.Decode(ids, skipSpecial: false);
                loaded++;
            }
            catch (TokenizerFormatException exception)
            {
                exception.Message.ShouldStartWith(name + ":");
                refused++;
            }

            var taken = Stopwatch.GetElapsedTime(start);
            slowest = taken > slowest ? taken : slowest;
        }

        refused.ShouldBeGreaterThan(s_inputs / 10);
        loaded.ShouldBeGreaterThan(s_inputs / 50);
        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        ((GC.GetTotalAllocatedBytes() - memory) / s_inputs).ShouldBeLessThan(16L << 20);
    }

    // One small file of each kind of model, with every kind of component among them.
    private static IEnumerable<string> JsonBases()
    {
        var marked = TokenizerTests.Smallest();
        TokenizerTests.AddPiece(marked, "a");
        TokenizerTests.AddPiece(marked, "aa");
        marked["model"]!["merges"] = new JsonArray("a a");
        yield return marked.ToJsonString();

        const string parts = """
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [{"id": 6, "content": "<s>", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, {"type": "Strip", "strip_left": true, "strip_right": false},
               {"type": "Replace", "pattern": {"Regex": "\\s{2,}|\\p{P}+"}, "content": " "}, {"type": "StripAccents"}]},
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
               {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|[^\\r\\n\\p{L}]?\\p{L}++|\\s+(?!\\S)|\\p{N}{1,3}"}, "behavior": "MergedWithNext", "invert": false},
               {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]},
             "post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel"}, {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
               {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [6], "tokens": ["<s>"]}}}]},
             "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
             "model": {"type": "BPE", "dropout": null, "unk_token": "?", "fuse_unk": true, "byte_fallback": false, "ignore_merges": true,
               "vocab": {"?": 0, "a": 1, "b": 2, "Ġ": 3, "Ġa": 4, "aa": 5}, "merges": [["Ġ", "a"], ["a", "a"]]}}
            """;
        yield return parts;
        yield return parts
            .Replace("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}]}""", """{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}]}""", StringComparison.Ordinal)
            .Replace("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""", """{"type": "Sequence", "decoders": [{"type": "Metaspace", "replacement": "▁"}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}""", StringComparison.Ordinal);
    }

    // Damage that stays JSON reaches further: one literal takes the place of another.
    private static byte[] SwapTokens(byte[] good, SeededRandom random)
    {
        var text = Encoding.UTF8.GetString(good);
        var literals = System.Text.RegularExpressions.Regex.Matches(text, "\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9]+|true|false|null", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5));
        var (target, source) = (literals[random.NextInt(literals.Count)], literals[random.NextInt(literals.Count)]);
        string[] hostile = ["null", "\"\"", "-1", "2097151", "1e300", "[]", "{}", "\"((((a*)*)*)*)*\"", "\"[\"", "\"\\uFFFF\"", "\"\\\\p{L}{1000}{2}\"", source.Value, source.Value];
        return Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, target.Index), hostile[random.NextInt(hostile.Length)], text.AsSpan(target.Index + target.Length)));
    }

    private static byte[] Mutate(byte[] good, SeededRandom random)
    {
        var bad = good.ToList();
        switch (random.NextInt(5))
        {
            case 0:
                return good[..random.NextInt(good.Length)];
            case 1:
                bad.RemoveRange(random.NextInt(bad.Count - 8), 1 + random.NextInt(8));
                break;
            case 2:
                bad.InsertRange(random.NextInt(bad.Count), bad.GetRange(random.NextInt(bad.Count - 40), 1 + random.NextInt(40)));
                break;
            default:
                for (var flips = 1 + random.NextInt(3); flips > 0; flips--)
                {
                    bad[random.NextInt(bad.Count)] = (byte)random.NextInt(256);
                }

                break;
        }

        return [.. bad];
    }
}
