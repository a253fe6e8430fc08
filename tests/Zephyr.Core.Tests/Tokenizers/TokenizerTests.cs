using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Tokenizers.Json;
using Zephyr.Core.Tokenizers.Models;

namespace Zephyr.Core.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private static readonly Tokenizer s_small = BpeTrainer.Train(BpeTrainerTests.Stories(300), 400);

    // Every file of the corpus in one text: what caching and cutting give must equal merging the whole text as one word.
    [Fact]
    public void Cutting_text_into_words_gives_the_ids_of_merging_it_whole()
    {
        var folder = SharedData.Folder("tokenizers/mistral-7b-v0.1");
        var tokenizer = Tokenizer.Load(folder);
        var (characters, merger) = WholeTextModel(Path.Combine(folder, "tokenizer.json"), tokenizer);
        using var prompts = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "zephyr_prompts.json")));
        var texts = prompts.RootElement.EnumerateArray().Select(item => item.GetProperty("chosen").GetString()!)
            .Append("  日本語のテキスト 🙂🙃 --- ==== \t\t x  ▁▁ \u0301 12345 ﷽ \u2028 ÿ").Concat(RandomTexts(200));
        foreach (var text in texts)
        {
            var ids = new int[(text.Length * 4) + 4];
            var count = characters.Write(("\u2581" + text).Replace(' ', '\u2581'), ids);
            var cut = new List<int>();
            tokenizer.AppendPlain(text, TextPlace.Start, cut);
            cut.ToArray().ShouldBe(ids[..merger.Merge(ids.AsSpan(0, count))], text);
        }
    }

    [Fact]
    public void A_vocabulary_with_pieces_across_spaces_is_cut_elsewhere_and_stays_exact()
    {
        // Rule order: "a ▁" first, then "a▁ b": in "ab a b" the a before the space merges with it, against any cut at spaces.
        var tokenizer = Custom(file =>
        {
            AddPiece(file, "a"); AddPiece(file, "b"); AddPiece(file, "\u2581"); AddPiece(file, "a\u2581"); AddPiece(file, "a\u2581b");
            file["model"]!["merges"] = new JsonArray("a \u2581", "a\u2581 b");
        });
        tokenizer.Encode("ab a b", addSpecial: false).Select(tokenizer.Piece).ShouldBe(["\u2581", "a", "b", "\u2581", "a\u2581b"]);
    }

    [Fact]
    public void Long_words_merge_as_short_ones_do()
    {
        // By heap and by scanning: the same text beyond and within the scanned length has the same pattern of pieces.
        var tokenizer = Custom(file =>
        {
            AddPiece(file, "a"); AddPiece(file, "aa"); AddPiece(file, "aaaa"); AddPiece(file, "\u2581");
            file["model"]!["merges"] = new JsonArray("a a", "aa aa");
        });
        foreach (var length in new[] { 1, 2, 3, 7, 46, 47, 48, 49, 50, 1001 })
        {
            // Leftmost first: pairs from the left, then pairs of pairs; the rest of 0 to 3 stays as aa and a.
            string[] expected = ["\u2581", .. Enumerable.Repeat("aaaa", length / 4), .. length % 4 >= 2 ? ["aa"] : Array.Empty<string>(), .. length % 2 == 1 ? ["a"] : Array.Empty<string>()];
            tokenizer.Encode(new string('a', length), addSpecial: false).Select(tokenizer.Piece).ShouldBe(expected);
        }
    }

    [Fact]
    public void Long_runs_of_one_character_take_no_more_than_a_moment()
    {
        var tokenizer = Tokenizer.Load(SharedData.Folder("tokenizers/mistral-7b-v0.1"));
        var start = Stopwatch.GetTimestamp();
        foreach (var text in new[] { new string('a', 100_000), new string(' ', 100_000), new string('日', 100_000), new string('\uD800', 50_000), new string('<', 100_000) })
        {
            tokenizer.Decode(tokenizer.Encode(text, addSpecial: true), skipSpecial: true).Length.ShouldBe(text.Length);
        }

        // Quadratic merging would need minutes; a busy machine is no fault.
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("plain words")]
    [InlineData("  two leading and  inner spaces ")]
    [InlineData("tabs\tand\nlines\r\n")]
    [InlineData("naïve 日本語 🙂 ﷽ \u0000")]
    [InlineData("")]
    public void Decoding_gives_the_text_back_whole_and_bit_by_bit(string text)
    {
        foreach (var tokenizer in Tokenizers())
        {
            var ids = tokenizer.Encode(text, addSpecial: true);
            tokenizer.Decode(ids, skipSpecial: true).ShouldBe(text);
            var stream = tokenizer.DecodeStream(skipSpecial: true);
            var parts = ids.Select(stream.Push).ToList();
            parts.ForEach(part => (part.Length > 0 && char.IsHighSurrogate(part[^1])).ShouldBeFalse());
            (string.Concat(parts) + stream.Flush()).ShouldBe(text);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_become_one_replacement_character_each()
    {
        var tokenizer = s_small;
        int[] ids = [tokenizer.IdOf("<0xE6>")!.Value, tokenizer.IdOf("<0x97>")!.Value];
        tokenizer.Decode(ids, skipSpecial: true).ShouldBe("\uFFFD\uFFFD");
        var stream = tokenizer.DecodeStream(skipSpecial: true);
        (stream.Push(ids[0]) + stream.Push(ids[1])).ShouldBe("", "the character may still be completed");
        stream.Flush().ShouldBe("\uFFFD\uFFFD");
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_refused() =>
        Should.Throw<ZephyrException>(() => s_small.Decode([1, s_small.VocabSize], skipSpecial: false)).Message.ShouldContain($"{s_small.VocabSize}");

    [Fact]
    public void Added_tokens_follow_their_flags()
    {
        var tokenizer = Custom(file =>
        {
            AddPiece(file, "\u2581"); AddPiece(file, "x"); AddPiece(file, "y");
            AddToken(file, "<A>"); AddToken(file, "<AB>"); AddToken(file, "<L>", ("lstrip", true)); AddToken(file, "<R>", ("rstrip", true)); AddToken(file, "word", ("single_word", true));
        });
        Pieces(tokenizer, "x<A>y").ShouldBe(["\u2581", "x", "<A>", "\u2581", "y"]);
        Pieces(tokenizer, "<AB><A>").ShouldBe(["<AB>", "<A>"]);
        Pieces(tokenizer, "x  <L> y").ShouldBe(["\u2581", "x", "<L>", "\u2581", "\u2581", "y"]);
        Pieces(tokenizer, "x <R>  y").ShouldBe(["\u2581", "x", "\u2581", "<R>", "\u2581", "y"]);
        Pieces(tokenizer, "x word y").ShouldBe(["\u2581", "x", "\u2581", "word", "\u2581", "\u2581", "y"]);
        Pieces(tokenizer, "swords").ShouldNotContain("word");
    }

    [Theory]
    [InlineData("first", "x</s>y", "\u2581 x </s> y")]
    [InlineData("first", " x", "\u2581 x")]
    [InlineData("always", "x</s>y", "\u2581 x </s> \u2581 y")]
    [InlineData("never", "x</s> y", "x </s> \u2581 y")]
    public void Metaspace_puts_its_mark_where_its_scheme_says(string scheme, string text, string pieces)
    {
        var tokenizer = Custom(file =>
        {
            AddPiece(file, "\u2581"); AddPiece(file, "x"); AddPiece(file, "y");
            file["normalizer"] = null;
            file["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = scheme, ["split"] = false };
        });
        string.Join(' ', Pieces(tokenizer, text)).ShouldBe(pieces);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_counts_as_the_replacement_character() =>
        s_small.Decode(s_small.Encode("a\uD83Db", addSpecial: false), skipSpecial: true).ShouldBe("a\uFFFDb");

    [Fact]
    public void Several_threads_get_the_ids_of_one()
    {
        var texts = RandomTexts(300).ToList();
        var expected = texts.ConvertAll(text => s_small.Encode(text, addSpecial: true));
        Parallel.For(0, 1200, i => s_small.Encode(texts[i % 300], addSpecial: true).ShouldBe(expected[i % 300]));
    }

    [Fact]
    public void A_loaded_file_is_saved_byte_for_byte()
    {
        var source = SharedData.Folder("models/stories260k");
        var folder = Directory.CreateTempSubdirectory("zephyr-save-").FullName;
        Tokenizer.Load(source).Save(folder);
        File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")).ShouldBe(File.ReadAllBytes(Path.Combine(source, "tokenizer.json")));
        File.ReadAllText(Path.Combine(folder, "tokenizer_config.json")).ShouldContain("chat_template");
        Directory.Delete(folder, recursive: true);
    }

    private static (CharacterIds Characters, WordMerger Merger) WholeTextModel(string path, Tokenizer tokenizer)
    {
        using var file = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(path));
        var rules = file.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(merge =>
        {
            var sides = merge.GetString()!.Split(' ');
            return new MergeRule(tokenizer.IdOf(sides[0])!.Value, tokenizer.IdOf(sides[1])!.Value, tokenizer.IdOf(sides[0] + sides[1])!.Value);
        }).ToList();
        var bytes = Enumerable.Range(0, 256).Select(value => tokenizer.IdOf($"<0x{value:X2}>")!.Value).ToList();
        return (new CharacterIds([.. Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.Piece)], bytes, -1), new WordMerger(new MergeTable(rules)));
    }

    internal static Tokenizer Custom(Action<JsonObject> change)
    {
        var file = Smallest();
        change(file);
        return new Tokenizer(new TokenizerFiles(Encoding.UTF8.GetBytes(file.ToJsonString()), "tokenizer.json", new TokenizerConfiguration([], "tokenizer_config.json")));
    }

    /// <summary>A file with special tokens and byte pieces only.</summary>
    internal static JsonObject Smallest()
    {
        var file = (JsonObject)JsonNode.Parse(TokenizerJsonWriter.Write(["<unk>", "<s>", "</s>"], [], ["<unk>", "<s>", "</s>"]))!;
        for (var value = 0; value < 256; value++)
        {
            AddPiece(file, $"<0x{value:X2}>");
        }

        return file;
    }

    internal static void AddPiece(JsonObject file, string piece)
    {
        var vocabulary = (JsonObject)file["model"]!["vocab"]!;
        vocabulary[piece] = vocabulary.Count;
    }

    private static void AddToken(JsonObject file, string content, params (string Flag, bool Value)[] flags)
    {
        AddPiece(file, content);
        var token = new JsonObject
        {
            ["id"] = ((JsonObject)file["model"]!["vocab"]!).Count - 1,
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = false,
        };
        foreach (var (flag, value) in flags)
        {
            token[flag] = value;
        }

        ((JsonArray)file["added_tokens"]!).Add(token);
    }

    private static IEnumerable<string> Pieces(Tokenizer tokenizer, string text) => tokenizer.Encode(text, addSpecial: false).Select(tokenizer.Piece);

    private static IEnumerable<Tokenizer> Tokenizers()
    {
        yield return s_small;
        foreach (var name in new[] { "tokenizers/mistral-7b-v0.1", "models/stories260k" })
        {
            if (SharedData.Find(name) is { } folder)
            {
                yield return Tokenizer.Load(folder);
            }
        }
    }

    private static IEnumerable<string> RandomTexts(int count)
    {
        var random = new SeededRandom(9, "texts");
        const string letters = "aaeinrstth  .,\n1é日ß\u2581<>|/s";
        for (var i = 0; i < count; i++)
        {
            yield return string.Create(1 + random.NextInt(120), random, (span, source) =>
            {
                foreach (ref var character in span)
                {
                    character = letters[source.NextInt(letters.Length)];
                }
            });
        }
    }
}
