using Microsoft.Data.Sqlite;
using Zephyr.Core;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class TrackingJournalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Records_come_back_as_they_were_written_with_nan_and_infinities()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        var run = Run("a");
        journal.Append([new(run, null), Metric("a", 1, double.NaN), Metric("a", 2, double.NegativeInfinity), Metric("a", 3, 0.1)]);

        journal.Roots().ShouldBe([run]);
        var records = journal.Records("a");
        records.Select(r => r.Number).ShouldBe([double.NaN, double.NegativeInfinity, 0.1]);
        records.Select(r => r.Step).ShouldBe([1, 2, 3]);
        journal.Records("a", records[1].Sequence).ShouldBe([records[2]]);
    }

    [Fact]
    public void A_parameter_keeps_its_first_value()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        journal.Append([new(Run("a"), null), Param("beta", "0.1"), Param("beta", "0.2")]);
        journal.Records("a").ShouldHaveSingleItem().Text.ShouldBe("0.1");
    }

    [Fact]
    public void A_run_that_is_started_twice_stays_one_and_what_follows_is_written()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        journal.Append([new(Run("a"), null), Metric("a", 1, 1)]);
        journal.Append([new(Run("a"), null), Metric("a", 2, 2)]);
        journal.Roots().ShouldHaveSingleItem();
        journal.Records("a").Select(record => record.Step).ShouldBe([1, 2]);
    }

    [Fact]
    public void A_batch_is_written_whole_or_not_at_all()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        journal.Append([new(Run("a"), null)]);
        // The second record names a run that never started.
        Should.Throw<SqliteException>(() => journal.Append([Metric("a", 1, 1), Metric("nowhere", 1, 1)]));
        journal.Records("a").ShouldBeEmpty();
    }

    [Fact]
    public async Task Several_writers_that_open_and_write_at_once_lose_nothing()
    {
        const int Writers = 4, Batches = 10, PerBatch = 5;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            using var journal = TrackingJournal.Open(_folder.Path);
            journal.Append([new(Run($"run{w}"), null)]);
            for (var b = 0; b < Batches; b++)
            {
                journal.Append([.. Enumerable.Range(0, PerBatch).Select(i => Metric($"run{w}", (b * PerBatch) + i, i))]);
            }
        })));

        using var read = TrackingJournal.Open(_folder.Path);
        var steps = Enumerable.Range(0, Batches * PerBatch).Select(i => (long)i);
        for (var w = 0; w < Writers; w++)
        {
            read.Records($"run{w}").Select(r => r.Step).ShouldBe(steps);
        }
    }

    [Fact]
    public void What_a_killed_process_leaves_on_the_disk_opens_with_all_that_was_committed()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        journal.Append([new(Run("a"), null), Metric("a", 1, 1)]);
        using var writing = new SqliteConnection($"Data Source={journal.DatabasePath}");
        writing.Open();
        using var transaction = writing.BeginTransaction();
        using var insert = writing.CreateCommand();
        insert.CommandText = "INSERT INTO records(run_id, kind, key, text, number, timestamp_ms, step) VALUES('a', 1, 'half', '', 1, 0, 0)";
        insert.Transaction = transaction;
        insert.ExecuteNonQuery();

        // The files as they are in the middle of a transaction are what kill -9 leaves behind.
        var left = Path.Combine(_folder.Path, "left");
        Directory.CreateDirectory(left);
        foreach (var file in (string[])["journal.db", "journal.db-wal"])
        {
            File.Copy(Path.Combine(_folder.Path, file), Path.Combine(left, file));
        }

        using var after = TrackingJournal.Open(left);
        after.Records("a").ShouldHaveSingleItem().Key.ShouldBe("loss");
        after.Append([Metric("a", 2, 1)]);
        after.Records("a").Count.ShouldBe(2);
    }

    [Fact]
    public void A_journal_of_a_newer_version_is_refused_with_what_to_do()
    {
        using (TrackingJournal.Open(_folder.Path))
        {
        }

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "journal.db")}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Should.Throw<ZephyrException>(() => TrackingJournal.Open(_folder.Path)).Message.ShouldContain("schema 99");
    }

    [Fact]
    public void A_file_that_is_no_journal_is_refused_and_left_as_it_is()
    {
        var file = _folder.File("journal.db", new string('x', 5000));
        Should.Throw<ZephyrException>(() => TrackingJournal.Open(_folder.Path)).Message.ShouldContain(file);
        File.ReadAllText(file).ShouldBe(new string('x', 5000));
    }

    [Fact]
    public void A_journal_that_stops_working_fails_nothing_and_is_told_once()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        List<string> warnings = [];
        var writer = new JournalWriter(journal, warnings.Add, capacity: 4);
        writer.Add(new(Run("a"), null));
        writer.Flush().ShouldBeTrue();
        using (var connection = new SqliteConnection($"Data Source={journal.DatabasePath}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE records RENAME TO gone";
            command.ExecuteNonQuery();
        }

        writer.Add(Metric("a", 0, 0));
        writer.Flush().ShouldBeFalse();
        for (var i = 1; i < 10; i++)
        {
            writer.Add(Metric("a", i, i));
        }

        writer.Dispose();
        writer.Lost.ShouldBe(10);
        warnings.Count.ShouldBe(2);
        warnings[0].ShouldContain("cannot be written");
        warnings[1].ShouldContain("10 records");
    }

    [Fact]
    public async Task Entries_added_while_the_last_attempt_to_write_is_under_way_are_counted_as_lost_too()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        List<string> warnings = [];
        var writer = new JournalWriter(journal, warnings.Add, capacity: 2);
        writer.Add(new(Run("a"), null));
        writer.Flush().ShouldBeTrue();
        using var connection = new SqliteConnection($"Data Source={journal.DatabasePath}");
        connection.Open();
        Task closing;
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            // Half of the capacity is written at once: that attempt waits for the transaction here, while another entry comes in.
            writer.Add(Metric("a", 0, 0));
            await Task.Delay(100, TestContext.Current.CancellationToken);
            writer.Add(Metric("a", 1, 1));
            closing = Task.Run(writer.Dispose, TestContext.Current.CancellationToken);
            await Task.Delay(100, TestContext.Current.CancellationToken);
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "ALTER TABLE records RENAME TO gone";
            command.ExecuteNonQuery();
            transaction.Commit();
        }

        await closing;
        writer.Lost.ShouldBe(2);
        warnings[^1].ShouldContain("2 records");
    }

    [Fact]
    public void An_artifact_is_kept_once_by_its_content()
    {
        var folder = new ArtifactFolder(_folder.Path);
        var first = folder.Keep(_folder.File("one.txt", "hello"));
        folder.Keep(_folder.File("two.txt", "hello")).ShouldBe(first);
        // SHA-256 of "hello".
        first.ShouldBe(("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", 5L));
        File.ReadAllText(folder.PathOf(first.Sha256)).ShouldBe("hello");
        Directory.GetFiles(Path.Combine(_folder.Path, "artifacts"), "*", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    internal static TrackedRunInfo Run(string id, string? root = null, string experiment = "tiny") =>
        new(id, root ?? id, root, experiment, id, "ada", 1000);

    internal static JournalEntry Metric(string run, long step, double value, string key = "loss") =>
        new(null, new TrackingRecord(0, run, RecordKind.Metric, key, "", value, 1000 + step, step));

    internal static JournalEntry Param(string key, string value, string run = "a") =>
        new(null, new TrackingRecord(0, run, RecordKind.Param, key, value, 0, 1000, 0));
}
