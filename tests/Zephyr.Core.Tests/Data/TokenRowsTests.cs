using Zephyr.Core.Data;

namespace Zephyr.Core.Tests.Data;

public sealed class TokenRowsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-rows-").FullName;

    private string RowsFile => Path.Combine(_folder, "rows.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_come_back_as_they_were_written()
    {
        WriteRows();
        using var rows = TokenRows.Open(RowsFile);
        rows.Count.ShouldBe(3);
        rows.TokenCount.ShouldBe(6);
        rows[0].Ids.ToArray().ShouldBe([1, 70000, 2]);
        rows[0].Mask.ToArray().ShouldBe([0, 1, 1]);
        rows[1].Ids.Length.ShouldBe(0);
        rows[2].Ids.ToArray().ShouldBe([4, 5, 6]);
        rows[2].Mask.ToArray().ShouldBe([0, 0, 1]);
        rows.Length(2).ShouldBe(3);
    }

    [Fact]
    public void Pairs_come_back_as_they_were_written()
    {
        using (var writer = new PreferenceRowsWriter(RowsFile))
        {
            writer.Add([1, 2], [3], [4, 5, 6]);
            writer.Add([7], [8, 9], [10]);
            writer.Count.ShouldBe(2);
            writer.Complete();
        }

        using var rows = PreferenceRows.Open(RowsFile);
        rows.Count.ShouldBe(2);
        rows[1].PromptIds.ToArray().ShouldBe([7]);
        rows[1].ChosenIds.ToArray().ShouldBe([8, 9]);
        rows[1].RejectedIds.ToArray().ShouldBe([10]);
    }

    [Fact]
    public void A_pair_with_an_empty_answer_cannot_be_written()
    {
        using var writer = new PreferenceRowsWriter(RowsFile);
        Should.Throw<ArgumentException>(() => writer.Add([1], [], [2]));
    }

    [Fact]
    public void The_same_rows_give_the_same_bytes()
    {
        WriteRows();
        var first = File.ReadAllBytes(RowsFile);
        WriteRows();
        File.ReadAllBytes(RowsFile).ShouldBe(first);
    }

    [Fact]
    public void An_unfinished_file_is_refused()
    {
        using (var writer = new TokenRowsWriter(RowsFile))
        {
            writer.Add([1], [1]);
        }

        Should.Throw<TokenFileException>(() => TokenRows.Open(RowsFile)).Message.ShouldContain("rows.bin");
    }

    [Fact]
    public void Rows_of_another_kind_are_refused()
    {
        WriteRows();
        Should.Throw<TokenFileException>(() => PreferenceRows.Open(RowsFile)).Message.ShouldContain("Conversations");
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_noticed()
    {
        WriteRows();
        var content = File.ReadAllBytes(RowsFile);
        for (var length = 0; length < content.Length; length++)
        {
            File.WriteAllBytes(RowsFile, content[..length]);
            Should.Throw<TokenFileException>(() => TokenRows.Open(RowsFile), $"cut to {length} bytes");
        }

        for (var at = 0; at < content.Length; at++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xFF })
            {
                var damaged = content.ToArray();
                damaged[at] ^= flip;
                File.WriteAllBytes(RowsFile, damaged);
                Should.Throw<TokenFileException>(() => TokenRows.Open(RowsFile), $"byte {at}");
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<ZephyrException>(() => TokenRows.Open(Path.Combine(_folder, "absent.bin"))).Message.ShouldContain("absent.bin");

    private void WriteRows()
    {
        using var writer = new TokenRowsWriter(RowsFile);
        writer.Add([1, 70000, 2], [0, 1, 1]);
        writer.Add([], []);
        writer.Add([4, 5, 6], [0, 0, 1]);
        writer.Complete();
    }
}
