using System.Globalization;
using System.Text;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Checkpoints;

/// <summary>
/// Damages sound headers, indices and files in seeded ways: each gives a result or the documented error, in bounded time and memory.
/// ZEPHYR_FUZZ_INPUTS sets how many inputs each parser gets.
/// </summary>
public sealed class SafetensorsFuzzTests : IDisposable
{
    private const int FileShare = 50; // a file on the disk costs that many times what a header in memory does

    private static readonly int s_count = int.Parse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    private static readonly byte[][] s_headers = All(
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b.weight":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}""",
        """{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"é\u0301":{"data_offsets":[1,33],"dtype":"I64","shape":[1,2,2]}}    """,
        """{"x":{"dtype":"F16","shape":[0],"data_offsets":[0,0]},"y":{"dtype":"BOOL","shape":[33],"data_offsets":[0,33]}}""");

    private static readonly byte[][] s_indices = All(
        """{"metadata":{"total_size":14483464192},"weight_map":{"lm_head.weight":"model-00002-of-00002.safetensors","model.norm.weight":"model-00001-of-00002.safetensors"}}""",
        """{"weight_map":{"a":"x.safetensors"},"metadata":{"total_size":1.5,"more":[{"a":[1]}]},"other":[true,null]}""");

    private static readonly string[] s_words =
    [
        "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u0000", "\\ud800", "\0", "-1", "1e309", "18446744073709551616", "9223372036854775807", "4611686018427387904", "1.5",
        "null", "true", "\"a\":", "__metadata__", "data_offsets", "F32", "../", "/", ".safetensors", "\ufeff", "{\"a\":{\"a\":{\"a\":", "[[[[[[[[[[[[[[[[[[[[",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_damage_to_a_header_gives_tensors_that_fill_the_body_or_the_documented_error()
    {
        var refused = 0;
        foreach (var (input, random) in Damaged(s_headers, "header", s_count))
        {
            var body = random.NextInt(2) == 0 ? 32 : 33;
            try
            {
                SafetensorsHeader.Parse("fuzz", input, body, []).Sum(entry => entry.Length).ShouldBe(body);
            }
            catch (SafetensorsFormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(s_count / 2);
    }

    [Fact]
    public void Any_damage_to_an_index_gives_files_of_the_same_folder_or_the_documented_error()
    {
        var refused = 0;
        foreach (var (input, _) in Damaged(s_indices, "index", s_count))
        {
            try
            {
                SafetensorsIndex.Parse("fuzz", input).Files.All(static file => Path.GetFileName(file) == file && file.EndsWith(".safetensors", StringComparison.Ordinal)).ShouldBeTrue();
            }
            catch (SafetensorsFormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(s_count / 2);
    }

    [Fact]
    public void Any_damage_to_a_file_gives_tensors_within_it_or_the_documented_error()
    {
        var sound = s_headers.Select(header => (byte[])[.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[33]]).ToArray();
        var path = Path.Combine(_folder.Path, ModelWeights.SingleFile);
        foreach (var (input, _) in Damaged(sound, "file", s_count / FileShare))
        {
            File.WriteAllBytes(path, input);
            try
            {
                using var file = SafetensorsFile.Open(path);
                file.Entries.Sum(entry => file.Bytes(entry).ToArray().Length).ShouldBeLessThan(input.Length);
            }
            catch (SafetensorsFormatException failure)
            {
                failure.Message.ShouldStartWith(path);
            }
        }
    }

    private static byte[][] All(params string[] texts) => Array.ConvertAll(texts, Encoding.UTF8.GetBytes);

    private static IEnumerable<(byte[] Input, SeededRandom Random)> Damaged(byte[][] sound, string stream, int count)
    {
        var random = new SeededRandom(3, "fuzz/" + stream);
        for (var i = 0; i < count; i++)
        {
            var bytes = sound[random.NextInt(sound.Length)].ToList();
            for (var changes = random.NextInt(4); changes >= 0; changes--)
            {
                Change(bytes, sound, random);
            }

            yield return ([.. bytes], random);
        }
    }

    private static void Change(List<byte> bytes, byte[][] sound, SeededRandom random)
    {
        var place = random.NextInt(bytes.Count + 1);
        var rest = bytes.Count - place;
        switch (random.NextInt(6))
        {
            case 0 when rest > 0:
                bytes[place] ^= (byte)(1 << random.NextInt(8));
                break;
            case 1:
                bytes.InsertRange(place, Encoding.UTF8.GetBytes(s_words[random.NextInt(s_words.Length)]));
                break;
            case 2:
                bytes.RemoveRange(place, Math.Min(rest, 1 + random.NextInt(12)));
                break;
            case 3:
                bytes.InsertRange(place, bytes.GetRange(place, Math.Min(rest, random.NextInt(60))));
                break;
            case 4:
                // A number becomes another one, which is where overflows and overlaps come from.
                var digit = bytes.FindIndex(place, static value => value is >= (byte)'0' and <= (byte)'9');
                if (digit >= 0)
                {
                    bytes[digit] = (byte)('0' + random.NextInt(10));
                    bytes.InsertRange(digit, Encoding.UTF8.GetBytes(random.NextInt(4) == 0 ? "922337203685477580" : ""));
                }

                break;
            default:
                var other = sound[random.NextInt(sound.Length)];
                var from = random.NextInt(other.Length);
                bytes.RemoveRange(place, rest);
                bytes.AddRange(other[from..]);
                break;
        }
    }
}
