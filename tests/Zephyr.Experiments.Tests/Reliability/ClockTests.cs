using Zephyr.Experiments.Running;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>Clock changes are harmless: no decision and no result depends on the time of day.</summary>
public sealed class ClockTests
{
    [Fact]
    public async Task A_clock_that_jumps_back_and_forth_changes_no_decision_and_no_byte()
    {
        using var steady = new TestRepository();
        var expected = Hashes(await steady.RunAsync(FakeStage.Chain()));

        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        (await RunAsync(repository, stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Ran);
        var second = await RunAsync(repository, stages);
        second.Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        Hashes(second).ShouldBe(expected);
        second.Stages.ShouldAllBe(stage => repository.Store.Verify(stage.Manifest!, CancellationToken.None).Count == 0);
    }

    private static Task<RunResult> RunAsync(TestRepository repository, FakeStage[] stages)
    {
        var clock = new JumpingClock();
        var services = new RunServices(new NullRunTracker(), new LineDisplay(repository.Shown, clock), clock, ProcessEnvironment.Describe);
        return new PipelineRunner(Pipeline.Create(stages), repository.Store, services, repository.Folder).RunAsync(repository.Load(), new RunOptions(), CancellationToken.None);
    }

    private static string[] Hashes(RunResult run) => [.. run.Stages.SelectMany(stage => stage.Outputs).Select(output => output.Sha256)];

    // A year forward, two back, three forward: every reading is far from the one before.
    private sealed class JumpingClock : TimeProvider
    {
        private int _readings;

        public override DateTimeOffset GetUtcNow()
        {
            var reading = Interlocked.Increment(ref _readings);
            return new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddYears(reading % 2 == 0 ? reading % 20 : -(reading % 20));
        }
    }
}
