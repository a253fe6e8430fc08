using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Tests.Tokenizers;

/// <summary>
/// Whole tokenizers beside Hugging Face's own library, on thousands of generated difficult texts and on real ones. The file is made by
/// tests/reference/make_tokenizer_parity.mjs, which also makes larger ones for a search (ZEPHYR_TOKENIZER_PARITY).
/// </summary>
public sealed class TokenizerParityTests
{
    private const int Shown = 10;
    private static readonly Lazy<Parity> s_parity = new(() => new Parity());

    [Fact]
    public void Generated_texts_have_the_ids_and_decoded_texts_of_the_library()
    {
        var parity = s_parity.Value;
        var differences = new Differences();
        var count = 0;
        foreach (var row in parity.Rows("text"))
        {
            var text = row[0].GetString()!;
            count++;
            for (var i = 0; i < parity.Tokenizers.Count; i++)
            {
                var (name, tokenizer, prefix, suffix) = parity.Tokenizers[i];
                var (ids, decoded) = (Ids(row[1 + (2 * i)]), row[2 + (2 * i)]);
                int[] whole = [.. prefix, .. ids, .. suffix];
                differences.Add(name, text, "ids", ids, tokenizer.Encode(text, addSpecial: false));
                differences.Add(name, text, "ids with special tokens", whole, tokenizer.Encode(text, addSpecial: true));
                differences.Add(name, text, "decoded", decoded[0].GetString() ?? text, tokenizer.Decode(ids, skipSpecial: false));
                differences.Add(name, text, "decoded without special tokens", decoded[1].GetString() ?? text, tokenizer.Decode(whole, skipSpecial: true));
            }
        }

        count.ShouldBeGreaterThanOrEqualTo(5000);
        differences.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Ids_in_any_order_decode_to_the_text_of_the_library_at_once_and_one_by_one()
    {
        var parity = s_parity.Value;
        var differences = new Differences();
        foreach (var row in parity.Rows("ids"))
        {
            var (name, tokenizer, _, _) = parity.Tokenizers[row[0].GetInt32()];
            var ids = Ids(row[1]);
            var what = string.Join(',', ids);
            for (var skip = 0; skip < 2; skip++)
            {
                var expected = row[2 + skip].GetString()!;
                differences.Add(name, what, $"decoded, skip {skip}", expected, tokenizer.Decode(ids, skipSpecial: skip == 1));

                // A byte that later ones make invalid has been given out by then.
                if (expected.Contains('\ufffd', StringComparison.Ordinal))
                {
                    continue;
                }

                var stream = tokenizer.DecodeStream(skipSpecial: skip == 1);
                differences.Add(name, what, $"streamed, skip {skip}", expected, string.Concat(ids.Select(stream.Push)) + stream.Flush());
            }
        }

        differences.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Real_texts_have_the_ids_of_the_library()
    {
        var parity = s_parity.Value;
        var differences = new Differences();
        foreach (var row in parity.Rows("file"))
        {
            var file = row[0].GetString()!;
            var texts = Strings(file).ToList();
            for (var i = 0; i < parity.Tokenizers.Count; i++)
            {
                var (name, tokenizer, _, _) = parity.Tokenizers[i];
                var hashes = row[1 + i].GetString()!;
                (hashes.Length / 8).ShouldBe(texts.Count, file);
                for (var n = 0; n < texts.Count; n++)
                {
                    var ids = string.Join(',', tokenizer.Encode(texts[n], addSpecial: false));
                    differences.Add(name, texts[n], $"hash of the ids of text {n} of {file}", hashes.Substring(8 * n, 8), Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ids)))[..8]);
                }
            }
        }

        differences.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void Half_of_a_surrogate_pair_counts_as_the_replacement_character()
    {
        foreach (var (_, tokenizer, _, _) in s_parity.Value.Tokenizers)
        {
            tokenizer.Encode("a\ud83d b\ude42\ud83d", addSpecial: false).ShouldBe(tokenizer.Encode("a\ufffd b\ufffd\ufffd", addSpecial: false));
        }
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(static id => id.GetInt32())];

    // Every string of a JSON file, or of the lines of one, in the order in which it stands there.
    private static IEnumerable<string> Strings(string file)
    {
        var path = SharedData.Folder(file);
        var documents = path.EndsWith(".jsonl", StringComparison.Ordinal) ? File.ReadLines(path).Where(static line => line.Trim().Length > 0) : [File.ReadAllText(path)];
        foreach (var json in documents)
        {
            using var document = JsonDocument.Parse(json);
            foreach (var text in Strings(document.RootElement))
            {
                yield return text;
            }
        }
    }

    private static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(static member => Strings(member.Value)),
        _ => [],
    };

    private sealed class Parity
    {
        private readonly List<JsonElement> _lines;

        public Parity()
        {
            var lines = ReferenceLines.Read("tokenizers/parity.jsonl.gz", "ZEPHYR_TOKENIZER_PARITY").ToList();
            _lines = lines[1..];
            foreach (var item in lines[0].GetProperty("tokenizers").EnumerateArray())
            {
                var name = item.GetProperty("name").GetString()!;
                var folder = SharedData.Folder(name);
                Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")))).ShouldBe(item.GetProperty("sha256").GetString(), $"{name} is not the file that the references were made with");
                var around = item.GetProperty("around");
                Tokenizers.Add((name, Tokenizer.Load(folder), Ids(around[0]), Ids(around[1])));
            }
        }

        public List<(string Name, Tokenizer Tokenizer, int[] Prefix, int[] Suffix)> Tokenizers { get; } = [];

        public IEnumerable<JsonElement> Rows(string kind)
        {
            foreach (var line in _lines)
            {
                if (line.TryGetProperty(kind, out var row))
                {
                    yield return row;
                }
            }
        }
    }

    private sealed class Differences
    {
        private readonly StringBuilder _shown = new();
        private int _count;

        public void Add(string tokenizer, string text, string what, int[] expected, int[] given)
        {
            if (!expected.AsSpan().SequenceEqual(given))
            {
                Add(tokenizer, text, what, string.Join(',', expected), string.Join(',', given));
            }
        }

        public void Add(string tokenizer, string text, string what, string expected, string given)
        {
            if (!string.Equals(expected, given, StringComparison.Ordinal) && _count++ < Shown)
            {
                _shown.AppendLine($"{tokenizer}: {what} of {JsonSerializer.Serialize(text)}\n  library: {JsonSerializer.Serialize(expected)}\n  here:    {JsonSerializer.Serialize(given)}");
            }
        }

        public override string ToString() => _count > Shown ? $"{_shown}and {_count - Shown} more" : _shown.ToString();
    }
}
