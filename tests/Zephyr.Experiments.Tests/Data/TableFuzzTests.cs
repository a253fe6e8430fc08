using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Zephyr.Core.Data;
using Zephyr.Core.Data.DuckDb;
using Zephyr.Core.Data.Tables;
using Zephyr.Core.Randomness;

namespace Zephyr.Experiments.Tests.Data;

/// <summary>
/// Reads damaged tables as the program does, in a process of its own: rows or the documented error, nothing else. ZEPHYR_FUZZ_INPUTS sets
/// how many inputs the tests take; CSV, whose every file DuckDB first looks through for its dialect, takes a quarter of them.
/// </summary>
public sealed class TableFuzzTests : IDisposable
{
    private const string Rows = "SELECT i AS id, 'prompt ' || (i % 3) AS prompt, [{'role': 'user', 'content': 'q' || i}, {'role': 'assistant', 'content': 'a' || (i % 4)}] AS messages, "
        + "'c' || i AS chosen, 'r' AS rejected, i / 2.0 AS score_chosen FROM range(20) t(i)";

    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-fuzz-").FullName;

    private static int Inputs => int.Parse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS") ?? "20000", CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Damaged_Parquet_gives_rows_or_the_documented_error()
    {
        var good = new List<byte[]>();
        foreach (var compression in new[] { "uncompressed", "snappy", "zstd", "gzip" })
        {
            good.Add(Written($"{compression}1.parquet", $"format parquet, compression {compression}, parquet_version v1"));
            good.Add(Written($"{compression}2.parquet", $"format parquet, compression {compression}, parquet_version v2"));
        }

        Fuzz("f.parquet", Inputs, good, DamageParquet);
    }

    [Fact]
    public void Damaged_CSV_gives_rows_or_the_documented_error() =>
        Fuzz("f.csv", Inputs / 4, [Encoding.UTF8.GetBytes("instruction,output,system\nQ,A,\n\"a \"\"b\"\"\n,c\",é,s\nx,y,z\n")], Damage);

    private void Fuzz(string name, int inputs, List<byte[]> good, Action<SeededRandom, List<byte>> damage)
    {
        var path = Path.Combine(_folder, name);
        var random = new SeededRandom(1, "fuzz/" + name);
        var request = new TableRequest(path, null, new ColumnNames(), new DuckDbOptions { Threads = 1, MemoryLimit = 256 }, null, IsCount: false);
        var (readable, refused) = (0, 0);
        using var process = new TableProcess(TableProcess.FindProgram().ShouldNotBeNull());
        for (var input = 0; input < inputs; input++)
        {
            var bytes = good[random.NextInt(good.Count)].ToList();
            for (var times = 1 + random.NextInt(4); times > 0; times--)
            {
                damage(random, bytes);
            }

            File.WriteAllBytes(path, [.. bytes]);
            try
            {
                process.Read(request).Count().ShouldBeLessThan(10_000);
                readable++;
            }
            catch (DataFormatException exception)
            {
                exception.Message.ShouldStartWith(path + ": ");
                refused++;
            }
        }

        // Both happen: damage that no check can see, and damage that must be told.
        readable.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    // More than half of the damage goes into the footer, which says how everything else is read.
    private static void DamageParquet(SeededRandom random, List<byte> bytes)
    {
        if (bytes.Count < 16)
        {
            return;
        }

        var end = bytes.Count - 8;
        var footer = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian([.. bytes[end..(end + 4)]]), 1, (uint)end - 4);
        Damage(random, bytes, random.NextInt(10) < 6 ? end - footer : 4, end);
    }

    private static void Damage(SeededRandom random, List<byte> bytes) => Damage(random, bytes, 0, bytes.Count);

    private static void Damage(SeededRandom random, List<byte> bytes, int from, int to)
    {
        if (to <= from)
        {
            return;
        }

        var at = from + random.NextInt(to - from);
        switch (random.NextInt(5))
        {
            case 0:
                bytes[at] = (byte)random.NextInt(256);
                break;
            case 1:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                break;
            case 2:
                bytes[at] = (byte)"\0\u007F\"\n,"[random.NextInt(5)];
                break;
            case 3:
                bytes.RemoveRange(at, Math.Min(1 + random.NextInt(4), bytes.Count - at));
                break;
            default:
                bytes.InsertRange(at, Enumerable.Range(0, 1 + random.NextInt(4)).Select(_ => (byte)random.NextInt(256)));
                break;
        }
    }

    private byte[] Written(string name, string options)
    {
        var path = Path.Combine(_folder, name);
        using var database = DuckDbDatabase.Open(new DuckDbOptions(), [path], null);
        using (var rows = database.Query($"COPY ({Rows}) TO {DuckDbDatabase.Quote(path)} ({options})"))
        {
            while (rows.NextChunk())
            {
            }
        }

        return File.ReadAllBytes(path);
    }
}
