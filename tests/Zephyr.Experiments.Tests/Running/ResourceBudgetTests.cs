using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Running;

public sealed class ResourceBudgetTests
{
    [Fact]
    public async Task What_does_not_fit_waits_and_is_not_overtaken()
    {
        var budget = new ResourceBudget(new RunLimits(9, 4, 100));
        var first = await Take(budget, 3, 10);
        var large = Take(budget, 4, 10);
        var small = Take(budget, 1, 10);
        large.IsCompleted.ShouldBeFalse();
        small.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await large).Dispose();
        (await small).Dispose();
    }

    [Fact]
    public async Task A_wait_for_a_device_holds_up_nobody()
    {
        var budget = new ResourceBudget(new RunLimits(9, 4, 100));
        var first = await Take(budget, 1, 10, "cuda:0");
        var second = Take(budget, 1, 10, "cuda:0");
        using var other = await Take(budget, 1, 10, "cuda:1");
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Unknown_memory_takes_all_of_it_and_more_than_there_is_runs_alone()
    {
        var budget = new ResourceBudget(new RunLimits(9, 4, 100));
        var unknown = await Take(budget, 1, null);
        var huge = Take(budget, 99, 1L << 50);
        huge.IsCompleted.ShouldBeFalse();
        unknown.Dispose();
        var held = await huge;
        Take(budget, 1, 1).IsCompleted.ShouldBeFalse();
        held.Dispose();
    }

    [Fact]
    public async Task An_ended_wait_makes_room_for_those_behind()
    {
        var budget = new ResourceBudget(new RunLimits(9, 4, 100));
        var first = await Take(budget, 2, 1);
        using var cancel = new CancellationTokenSource();
        var large = budget.TakeAsync(new ResourceClaim(4, 1, []), cancel.Token);
        var small = Take(budget, 2, 1);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        first.Dispose();
        (await Take(budget, 4, 100)).Dispose(); // everything was given back
    }

    [Theory]
    [InlineData(0, 4, false, 2)] // an equal share of 8 cores
    [InlineData(0, 4, true, 8)] // with the number of threads in the key, 0 is every core
    [InlineData(3, 4, false, 3)]
    [InlineData(99, 4, false, 8)]
    [InlineData(0, 99, false, 1)]
    public void Cores_follow_from_the_limits_alone(int asked, int jobs, bool strict, int given) =>
        new RunLimits(jobs, 8, 1).CoresFor(new StageResources(asked, null, null, true), strict).ShouldBe(given);

    private static Task<IDisposable> Take(ResourceBudget budget, int cores, long? memory, params string[] exclusive) =>
        budget.TakeAsync(new ResourceClaim(cores, memory, exclusive), CancellationToken.None);
}
