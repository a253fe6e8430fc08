using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Tests.Store.Hashing;

/// <summary>
/// Whether a file was read is seen by giving the index a wrong hash for it: what is trusted comes out wrong, what is read comes out right.
/// </summary>
public sealed class InputHashesTests : IDisposable
{
    private static readonly string s_wrong = new('0', 64);
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-hashes-").FullName;
    private readonly List<string> _notes = [];

    [Fact]
    public void An_unchanged_file_is_not_read_again()
    {
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes();
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        Forge(hashes, file);
        hashes.OfPath(file, "model.source").ShouldBe(s_wrong);
        Hashes().OfPath(file, "model.source").ShouldBe(s_wrong); // also another process
    }

    [Fact]
    public void A_changed_file_of_equal_size_and_modification_time_is_read_again()
    {
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes();
        var before = hashes.OfPath(file, "model.source");
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "9876543210");
        File.SetLastWriteTimeUtc(file, time);
        hashes.OfPath(file, "model.source").ShouldNotBe(before);
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
    }

    [Fact]
    public void Another_file_under_the_same_name_with_the_same_times_is_read()
    {
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes();
        var before = hashes.OfPath(file, "model.source");
        var other = Write("other.bin", "9876543210");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(file));
        File.Move(other, file, overwrite: true);
        hashes.OfPath(file, "model.source").ShouldNotBe(before);
    }

    [Fact]
    public void A_file_changed_within_the_granularity_of_the_clock_is_not_remembered()
    {
        // Two seconds must pass between the last change and the hashing.
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes(TimeSpan.FromSeconds(1));
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        hashes.Index.Read(file).ShouldBeEmpty();
        Hashes(TimeSpan.FromSeconds(3)).OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        hashes.Index.Read(file).Count.ShouldBe(1);
    }

    [Fact]
    public void A_clock_set_back_makes_nothing_trusted()
    {
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes(TimeSpan.FromDays(-1));
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        hashes.Index.Read(file).ShouldBeEmpty();
    }

    [Fact]
    public void Of_a_folder_only_the_changed_file_is_read_and_the_hash_is_that_of_paths_sizes_and_contents()
    {
        Write("data/a/one.jsonl", "one");
        Write("data/two.jsonl", "two");
        var folder = Path.Combine(_folder, "data");
        var expected = ContentHash.OfOutputs([
            new StageOutput("a/one.jsonl", 3, ContentHash.OfFile(Path.Combine(folder, "a", "one.jsonl"))),
            new StageOutput("two.jsonl", 3, ContentHash.OfFile(Path.Combine(folder, "two.jsonl")))]);
        var hashes = Hashes();
        hashes.OfPath(folder, "data.sft").ShouldBe(expected);
        Forge(hashes, folder);
        File.WriteAllText(Path.Combine(folder, "two.jsonl"), "TWO");
        hashes.OfPath(folder, "data.sft").ShouldBe(ContentHash.OfOutputs([
            new StageOutput("a/one.jsonl", 3, s_wrong),
            new StageOutput("two.jsonl", 3, ContentHash.OfFile(Path.Combine(folder, "two.jsonl")))]));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("torn")]
    [InlineData("flipped")]
    [InlineData("other input")]
    [InlineData("noise")]
    public void A_damaged_entry_is_dropped_with_a_note_and_written_anew(string damage)
    {
        var file = Write("weights.bin", "0123456789");
        var hashes = Hashes();
        hashes.OfPath(file, "model.source");
        Forge(hashes, file);
        var entry = hashes.Index.EntryOf(file);
        var bytes = File.ReadAllBytes(entry);
        switch (damage)
        {
            case "flipped":
                bytes[^80] ^= 1;
                break;
            case "other input":
                hashes.Index.Write(Path.Combine(_folder, "elsewhere"), []);
                bytes = File.ReadAllBytes(hashes.Index.EntryOf(Path.Combine(_folder, "elsewhere")));
                break;
            default:
                bytes = damage switch { "empty" => [], "torn" => bytes[..^20], _ => [0xff, 0xfe, 0, 10, 10] };
                break;
        }

        File.WriteAllBytes(entry, bytes);
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        _notes.ShouldHaveSingleItem().ShouldContain($"the hashes of {file} is damaged");
        hashes.OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        _notes.Count.ShouldBe(1);
    }

    [Fact]
    public void An_index_that_cannot_be_written_is_noted_and_harms_nothing()
    {
        var file = Write("weights.bin", "0123456789");
        File.WriteAllText(Path.Combine(_folder, "index"), "a file where the folder should be");
        Hashes().OfPath(file, "model.source").ShouldBe(ContentHash.OfFile(file));
        _notes.ShouldHaveSingleItem().ShouldContain("cannot be remembered");
    }

    [Fact]
    public void Many_at_once_never_give_a_wrong_hash()
    {
        var files = Enumerable.Range(0, 6).Select(i => Write($"data/{i}", $"content {i}")).ToList();
        var folder = Path.Combine(_folder, "data");
        var expected = Hashes().OfPath(folder, "data.sft");
        Parallel.For(0, 64, i =>
        {
            if (i % 8 == 0)
            {
                File.SetLastWriteTimeUtc(files[i / 8 % 6], new DateTime(2020, 1, 1 + (i / 8), 0, 0, 0, DateTimeKind.Utc)); // invalidates, content stays
            }

            Hashes().OfPath(folder, "data.sft").ShouldBe(expected);
        });
        _notes.ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_input_is_named_with_its_setting() =>
        Should.Throw<ZephyrException>(() => Hashes().OfPath(Path.Combine(_folder, "gone"), "tokenizer.source")).Message.ShouldContain("gone (setting tokenizer.source) cannot be read");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Files of a test are as old as the test: the clock is ahead, so that they count as settled.
    private InputHashes Hashes(TimeSpan? ahead = null) =>
        new(new HashIndex(Path.Combine(_folder, "index"), note => { lock (_notes) { _notes.Add(note); } }), new ShiftedTime(ahead ?? TimeSpan.FromMinutes(1)), smallest: 0);

    private static void Forge(InputHashes hashes, string input) =>
        hashes.Index.Write(input, hashes.Index.Read(input).Values.Select(file => file with { Sha256 = s_wrong }));

    private string Write(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }
}
