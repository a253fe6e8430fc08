using Zephyr.Experiments.Running;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class JournalRunTrackerTests : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1000);
    private readonly TempFolder _folder = new();
    private readonly FakeMlflowServer _server = new();
    private readonly List<string> _warnings = [];

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_reaches_the_journal_and_the_server_with_stages_and_the_producer_of_a_cached_one()
    {
        await RunAsync("r1", cached: false, _server.Url);
        await RunAsync("r2", cached: true, _server.Url);
        _warnings.ShouldBeEmpty();

        _server.Runs.Count.ShouldBe(4);
        var root = _server.Runs.Values.First();
        root.Params["ddpo.beta"].ShouldBe("0.1");
        root.Tags["mlflow.source.git.commit"].ShouldBe("0123456789abcdef0123456789abcdef01234567");
        root.Tags["mlflow.source.git.branch"].ShouldBe("main");
        root.Status.ShouldBe("FINISHED");
        var stages = _server.Runs.Values.Where(run => run.Name == "dsft").ToList();
        stages[0].Tags["mlflow.parentRunId"].ShouldBe(root.Id);
        stages[0].Metrics.Select(m => (m.Key, m.Value, m.Step)).ShouldBe(
            [("loss", "2.5", 1), ("loss", "1.5", 2), ("eval_loss", "1.75", 0), ("final/loss", "1.5", 0), ("counts/rows.truncated", "3", 0)]);
        stages[0].Inputs.Count.ShouldBe(1);
        stages[1].Tags[RunTags.Cached].ShouldBe("true");
        stages[1].Tags[RunTags.ProducedBy].ShouldBe("r1-dsft");
        stages[1].Tags[RunTags.ProducedByRemote].ShouldBe(stages[0].Id);
        _server.Artifacts.Keys.Select(Path.GetFileName).Order().ShouldBe(["experiment.yaml", "experiment.yaml", "manifest.json"]);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_once_and_sync_brings_the_rest()
    {
        var gone = new FakeMlflowServer();
        gone.Dispose();
        await RunAsync("r1", cached: false, gone.Url);
        _warnings.Count.ShouldBe(2);
        _warnings[0].ShouldContain("no answer");
        _warnings[1].ShouldContain("zephyr sync");

        using var back = new FakeMlflowServer(gone.Port);
        using var journal = TrackingJournal.Open(_folder.Path);
        using var client = new Zephyr.Experiments.Tracking.Mlflow.MlflowClient(new(back.Url), TimeProvider.System);
        await new JournalSync(journal, client).SyncAsync(TestContext.Current.CancellationToken);
        back.Run("dsft").Metrics.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Runs_side_by_side_keep_their_own_records()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync($"r{i}", cached: false, _server.Url)));
        _warnings.ShouldBeEmpty();
        _server.Experiments.Count.ShouldBe(1);
        _server.Runs.Values.Count(run => run.Name == "tiny").ShouldBe(4);
        _server.Runs.Values.Where(run => run.Name == "dsft").ShouldAllBe(run => run.Metrics.Count == 5);
        _server.Runs.Values.Where(run => run.Name == "dsft").Select(run => run.Tags["mlflow.parentRunId"]).Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task An_address_that_cannot_be_used_is_told_and_the_journal_still_has_the_run()
    {
        await RunAsync("r1", cached: false, "sqlite:///x.db");
        _warnings.ShouldHaveSingleItem().ShouldContain("journal alone");
        using var journal = TrackingJournal.Open(_folder.Path);
        journal.Tree("r1").Select(run => run.Name).ShouldBe(["tiny", "dsft"]);
    }

    [Fact]
    public async Task A_run_named_by_the_environment_is_gone_on_with()
    {
        _server.Runs["given"] = new FakeRun("given", "1", "mine");
        await RunAsync("r1", cached: false, _server.Url, ("MLFLOW_RUN_ID", "given"));
        _server.Runs.Count.ShouldBe(2);
        _server.Runs["given"].Params["ddpo.beta"].ShouldBe("0.1");
        _server.Run("dsft").Tags["mlflow.parentRunId"].ShouldBe("given");
    }

    private async Task RunAsync(string id, bool cached, string uri, params (string Name, string Value)[] variables)
    {
        _folder.File("repo/.git/HEAD", "ref: refs/heads/main\n");
        _folder.File("repo/.git/packed-refs", "# pack-refs\n0123456789abcdef0123456789abcdef01234567 refs/heads/main\n");
        var experiment = _folder.File($"{id}/experiment.yaml", "seed: 1\n");
        var environment = variables.ToDictionary(v => v.Name, v => v.Value);
        environment["MLFLOW_TRACKING_URI"] = uri;
        environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0";
        await using var tracker = JournalRunTracker.Open(
            _folder.Path, _warnings.Add, TimeProvider.System, name => environment.GetValueOrDefault(name));
        tracker.RunStarted(new RunStart(id, "tiny", Start, new Dictionary<string, string> { ["ddpo.beta"] = "0.1" }, experiment, Path.Combine(_folder.Path, "repo")));
        if (cached)
        {
            tracker.StageCached(new StageCached(id, "dsft", "ffff", "r1-dsft", new Dictionary<string, double> { ["eval_loss"] = 1.75 }));
        }
        else
        {
            var stage = id + "-dsft";
            tracker.StageStarted(new StageStart(stage, id, "dsft", "ffff", Start, new Dictionary<string, string>(), [new StageInput("tokenize", "stage:tokenize", new string('a', 64))]));
            tracker.StepMetrics(stage, 1, Start, new Dictionary<string, double> { ["loss"] = 2.5 });
            tracker.StepMetrics(stage, 2, Start.AddSeconds(1), new Dictionary<string, double> { ["loss"] = 1.5 });
            tracker.StageFinished(new StageFinish(
                stage, RunStatus.Finished, Start.AddSeconds(2), new Dictionary<string, double> { ["loss"] = 1.5, ["eval_loss"] = 1.75 },
                new Dictionary<string, long> { ["rows.truncated"] = 3 }, [], null, _folder.File($"{id}/m.json", "{}"), null));
        }

        tracker.RunFinished(new RunFinish(id, RunStatus.Finished, Start.AddSeconds(3), new Dictionary<string, double>()));
    }
}
