using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Running;

/// <summary>The protocol between a run and the process of a stage; the processes themselves are in <see cref="EndToEnd.SideBySideRecipeTests"/>.</summary>
public sealed class StageServerTests
{
    [Fact]
    public void Every_message_arrives_as_it_was_sent()
    {
        var output = new StringWriter();
        var sent = new MessageReporter(output);
        sent.Begin("training", 7);
        sent.Step(3, new Dictionary<string, double> { ["loss"] = 0.1 + 0.2, ["nan"] = double.NaN });
        sent.Count("rows", 5);
        sent.Metric("best", double.PositiveInfinity);
        sent.Note("über\nzwei");
        sent.End(new StageEnd(StageEnd.Done) { Environment = new Dictionary<string, string> { ["libtorch"] = "1" } });
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(6);
        var heard = new Heard();
        lines.Take(5).ShouldAllBe(line => MessageReporter.Pass(line, heard) == null);
        heard.Calls.ShouldBe(["begin training 7", $"step 3 loss={0.1 + 0.2:R} nan=NaN", "count rows 5", "metric best Infinity", "note über\nzwei"]);
        var end = MessageReporter.Pass(lines[5], heard)!;
        (end.Status, end.Environment["libtorch"]).ShouldBe((StageEnd.Done, "1"));
        Should.Throw<System.Text.Json.JsonException>(() => MessageReporter.Pass("a library speaks", heard));
        Should.Throw<System.Text.Json.JsonException>(() => MessageReporter.Pass("7", heard));
    }

    [Fact]
    public async Task A_stage_that_sees_other_settings_than_the_run_is_refused()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var request = Request(repository, new string('0', 64));
        var output = new StringWriter();
        (await new StageServer(_ => new StageCatalog(stages), TimeProvider.System).RunAsync(new StringReader(request), output, CancellationToken.None)).ShouldBe(1);
        output.ToString().ShouldContain("sees other settings or files than the run planned with");
        stages[0].Runs.ShouldBe(0);
    }

    [Fact]
    public async Task A_stage_stops_when_the_run_lets_go_of_its_input()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("prompts", [], ["data.world.prompts"], (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        var request = Request(repository, repository.Plan([stage])[0].Fingerprint!);
        var output = new StringWriter();
        (await new StageServer(_ => new StageCatalog([stage]), TimeProvider.System).RunAsync(new StringReader(request), output, CancellationToken.None)).ShouldBe(130);
        output.ToString().ShouldStartWith("""{"end":"stopped",""");
    }

    private static string Request(TestRepository repository, string fingerprint) => new StageRequest(
        repository.Folder,
        repository.Write("frozen.yaml", TestRepository.Small),
        "prompts",
        fingerprint,
        repository.Write("work.lock", ""),
        1,
        new Dictionary<string, StageRequestInput>(),
        repository.Folder,
        repository.Folder).Write();

    private sealed class Heard : IStageReporter
    {
        public List<string> Calls { get; } = [];

        public void Begin(string task, long totalSteps) => Calls.Add($"begin {task} {totalSteps}");

        public void Step(long step, IReadOnlyDictionary<string, double> metrics) =>
            Calls.Add($"step {step} {string.Join(' ', metrics.Select(pair => $"{pair.Key}={pair.Value:R}"))}");

        public void Count(string name, long value) => Calls.Add($"count {name} {value}");

        public void Metric(string name, double value) => Calls.Add($"metric {name} {value}");

        public void Note(string message) => Calls.Add($"note {message}");
    }
}
