using Zephyr.Core;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests.Running;

public sealed class StageProbeTests
{
    [Fact]
    public async Task A_stage_that_gives_other_bytes_each_time_is_found_and_nothing_is_published()
    {
        using var repository = new TestRepository();
        var runs = 0;
        IStage[] stages =
        [
            new FakeStage("steady", [], [], (context, _) => Write(context, "always", "the same")),
            new FakeStage("shaky", ["steady"], [], (context, _) => Write(context, $"only-{++runs}", $"run {runs}")),
        ];
        await repository.RunAsync(stages);
        var before = Files(repository);

        var results = await Probe(repository, stages);

        results.Select(result => (result.Stage, result.Differences.Count)).ShouldBe([("steady", 0), ("shaky", 2)]);
        results[1].Differences.Select(difference => difference.ToString()).ShouldBe(["only-1 is missing", "only-2 is new"]);
        Files(repository).ShouldBe(before);
    }

    [Fact]
    public async Task A_stage_without_a_result_cannot_be_probed()
    {
        using var repository = new TestRepository();
        (await Should.ThrowAsync<ZephyrException>(() => Probe(repository, FakeStage.Chain())))
            .Message.ShouldContain("has no result in the store to compare with (first run): run the experiment first");
    }

    private static Task<IReadOnlyList<ProbeResult>> Probe(TestRepository repository, IReadOnlyList<IStage> stages)
    {
        var services = new RunServices(new NullRunTracker(), new LineDisplay(repository.Shown, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe);
        return new StageProbe(repository.Load(), repository.Store, services).RunAsync(Pipeline.Create(stages).Stages, CancellationToken.None);
    }

    private static Task Write(StageContext context, string file, string text) => File.WriteAllTextAsync(Path.Combine(context.Output, file), text);

    private static string[] Files(TestRepository repository) => [.. Directory.EnumerateFiles(repository.Store.Folders.Artifacts, "*", SearchOption.AllDirectories)
        .Where(path => !path.Contains(".lock", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
