using Zephyr.Experiments.Tracking;
using Zephyr.Experiments.Tracking.Mlflow;
using static Zephyr.Experiments.Tests.Tracking.TrackingJournalTests;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class JournalSyncTests : IDisposable
{
    private const int Points = 2300;
    private readonly TempFolder _folder = new();
    private readonly TrackingJournal _journal;
    private readonly InstantTime _time = new();
    private FakeMlflowServer _server = new();

    public JournalSyncTests()
    {
        _journal = TrackingJournal.Open(_folder.Path);
        var (sha256, size) = new ArtifactFolder(_folder.Path).Keep(_folder.File("report.html", "<p>fine</p>"));
        const string Dataset = """{"Name":"tokens","Digest":"0123456789012345678901234567890123456789","SourceType":"local","Source":"{}"}""";
        _journal.Append(
        [
            new(Run("root"), null),
            .. Enumerable.Range(0, 150).Select(i => Param($"p{i}", $"{i}", "root")),
            new(Run("stage", "root"), null),
            Record("stage", RecordKind.Tag, "state", "first"),
            Record("stage", RecordKind.Dataset, "training", Dataset),
            .. Enumerable.Range(0, Points).Select(i => Metric("stage", i, i * 0.5)),
            Record("stage", RecordKind.Artifact, "report.html", sha256, size),
            Record("stage", RecordKind.Tag, "state", "last"),
            Record("stage", RecordKind.End, "", "Finished"),
            Record("root", RecordKind.End, "", "Failed"),
        ]);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _server.Dispose();
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Everything_arrives_once_and_a_second_sync_sends_nothing()
    {
        var report = await SyncAsync();
        ShouldBeWhole();
        report.ShouldSatisfyAllConditions(
            () => report.Runs.ShouldBe(2), () => report.Sent.ShouldBe(150 + Points + 6), () => report.Refused.ShouldBeEmpty(), () => report.Warnings.ShouldBeEmpty());
        var sent = _server.Requests.Count;
        (await SyncAsync()).Sent.ShouldBe(0);
        _server.Requests.Count.ShouldBe(sent);
    }

    [Fact]
    public async Task An_outage_leaves_everything_in_the_journal_for_the_next_sync()
    {
        _server.Dispose();
        await Should.ThrowAsync<MlflowException>(() => SyncAsync());
        _server = new FakeMlflowServer(_server.Port);
        await SyncAsync();
        ShouldBeWhole();
    }

    [Fact]
    public async Task Broken_connections_and_errors_again_and_again_lose_and_double_nothing()
    {
        _server.Faults = (n, _) => (n % 13) switch
        {
            0 => new Fault(DropAfter: true),
            5 => new Fault(DropBefore: true),
            9 => new Fault(500, "<html>oops</html>"),
            _ => Fault.None,
        };
        await SyncAsync();
        ShouldBeWhole();
    }

    [Fact]
    public async Task A_sync_killed_at_any_request_goes_on_to_the_same_end()
    {
        await SyncAsync();
        var requests = _server.Requests.Count;
        for (var killedAt = 0; killedAt < requests; killedAt++)
        {
            using var folder = new TempFolder();
            using var server = new FakeMlflowServer();
            using var journal = Copy(folder);
            using var kill = new CancellationTokenSource();
            // The server has taken the request, but the client dies before it hears so.
            server.Faults = (n, _) =>
            {
                if (n != killedAt)
                {
                    return Fault.None;
                }

                kill.CancelAfter(30);
                return new Fault(DropAfter: true, DelayMs: 0);
            };
            using (var client = new MlflowClient(new MlflowOptions(server.Url) { MaxRetries = 0 }, _time))
            {
                await Should.ThrowAsync<Exception>(() => new JournalSync(journal, client).SyncAsync(kill.Token));
            }

            server.Faults = (_, _) => Fault.None;
            using (var client = new MlflowClient(new MlflowOptions(server.Url), _time))
            {
                await new JournalSync(journal, client).SyncAsync(Token);
            }

            ShouldBeWhole(server, $"killed at request {killedAt}");
        }
    }

    [Fact]
    public async Task A_run_whose_process_lives_is_left_alone()
    {
        using (RunLock.TryTake(JournalSync.LockPath(_journal, "root")))
        {
            (await SyncAsync()).StillRunning.ShouldBe(1);
            _server.Runs.ShouldBeEmpty();
        }

        (await SyncAsync()).StillRunning.ShouldBe(0);
        ShouldBeWhole();
    }

    [Fact]
    public async Task A_run_whose_process_died_ends_as_killed_at_its_last_record()
    {
        _journal.Append([new(Run("dead"), null), Metric("dead", 41, 1)]);
        await SyncAsync();
        (_server.Run("dead").Status, _server.Run("dead").EndTime).ShouldBe(("KILLED", 1041L));
    }

    [Fact]
    public async Task A_record_the_server_refuses_is_told_and_the_others_arrive()
    {
        _journal.Append([new(Run("odd"), null), Param("a", "1", "odd"), Param("poison", "2", "odd"), Param("z", "3", "odd")]);
        var report = await SyncAsync();
        report.Refused.ShouldHaveSingleItem().ShouldContain("'poison'");
        _server.Run("odd").Params.Keys.ShouldBe(["a", "z"], ignoreOrder: false);
        _journal.Refused(_server.Url).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_server_has_marks_of_its_own()
    {
        await SyncAsync();
        using var other = new FakeMlflowServer();
        using var client = new MlflowClient(new MlflowOptions(other.Url), _time);
        await new JournalSync(_journal, client).SyncAsync(Token);
        ShouldBeWhole(other);
    }

    [Fact]
    public async Task Files_go_into_a_folder_of_this_machine_when_the_server_names_one()
    {
        var target = Path.Combine(_folder.Path, "server");
        _server.ArtifactRoot = new Uri(target + "/").AbsoluteUri;
        await SyncAsync();
        Directory.GetFiles(target, "report.html", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Files_that_cannot_be_sent_are_told_and_the_run_is_whole_otherwise()
    {
        _server.ArtifactRoot = "s3://bucket/";
        var report = await SyncAsync();
        report.Warnings.ShouldHaveSingleItem().ShouldContain("s3://bucket/");
        _server.Run("stage").Status.ShouldBe("FINISHED");
    }

    private async Task<SyncReport> SyncAsync()
    {
        using var client = new MlflowClient(new MlflowOptions(_server.Url) { MaxRetries = 3 }, _time);
        return await new JournalSync(_journal, client).SyncAsync(Token);
    }

    private TrackingJournal Copy(TempFolder folder)
    {
        var copy = TrackingJournal.Open(folder.Path);
        foreach (var run in _journal.Tree("root"))
        {
            copy.Append([new(run, null), .. _journal.Records(run.RunId).Select(r => new JournalEntry(null, r))]);
        }

        var file = _journal.Records("stage").Single(r => r.Kind == RecordKind.Artifact).Text;
        folder.File(Path.Combine("artifacts", file[..2], file), "<p>fine</p>");
        return copy;
    }

    private void ShouldBeWhole() => ShouldBeWhole(_server);

    private static void ShouldBeWhole(FakeMlflowServer server, string? when = null)
    {
        server.Experiments.Count.ShouldBe(1, when);
        server.Runs.Count.ShouldBe(2, when);
        var (root, stage) = (server.Run("root"), server.Run("stage"));
        root.Params.Count.ShouldBe(150, when);
        root.Status.ShouldBe("FAILED", customMessage: when);
        stage.Tags["mlflow.parentRunId"].ShouldBe(root.Id, customMessage: when);
        stage.Tags["state"].ShouldBe("last", customMessage: when);
        stage.Metrics.Select(m => m.Step).ShouldBe(Enumerable.Range(0, Points).Select(i => (long)i), customMessage: when);
        var input = stage.Inputs.ShouldHaveSingleItem(when);
        ((string)input["dataset"]!["digest"]!).Length.ShouldBe(36);
        (stage.Status, stage.EndTime).ShouldBe(("FINISHED", 1000L), customMessage: when);
        server.Artifacts.Keys.ToArray().ShouldBe([$"1/{stage.Id}/artifacts/report.html"], customMessage: when);
    }

    private static JournalEntry Record(string run, RecordKind kind, string key, string text, long step = 0) =>
        new(null, new TrackingRecord(0, run, kind, key, text, 0, 1000, step));
}
