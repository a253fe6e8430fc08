using System.Diagnostics;
using System.Runtime.InteropServices;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>An interrupt is safe: one signal writes a checkpoint and ends in seconds, a second one ends at once.</summary>
public sealed partial class SignalTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task A_signal_in_training_ends_after_a_checkpoint_from_which_the_next_run_goes_on(int signal)
    {
        using var whole = MicroRecipe.Make();
        whole.Json("run", "dsft", MicroRecipe.Experiment, "--set=dsft.epochs=8");
        using var repository = MicroRecipe.Make();
        using var process = StartTraining(repository, out var error);
        var watch = Stopwatch.StartNew();
        Send(process.Id, signal).ShouldBe(0);
        var message = await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(130, message);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20)); // a step takes milliseconds; the bound is for busy machines
        message.ShouldContain("interrupted; run again to go on from its last checkpoint");
        var run = repository.Run("run", "dsft", MicroRecipe.Experiment, "--set=dsft.epochs=8");
        run.ExitCode.ShouldBe(0, run.Error);
        (run.Output + run.Error).ShouldContain("continuing after step");
        MicroRecipe.Hashes(repository).ShouldBe(MicroRecipe.Hashes(whole));
    }

    [Fact]
    public async Task A_second_signal_ends_at_once_and_loses_no_more_than_a_kill()
    {
        using var repository = MicroRecipe.Make();
        using var process = StartTraining(repository, out var error);
        Send(process.Id, Terminate).ShouldBe(0);
        _ = Send(process.Id, Terminate); // the first may have ended it already
        var message = await error;
        process.WaitForExit(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        process.ExitCode.ShouldBe(130, message);
        repository.Json("run", "dsft", MicroRecipe.Experiment, "--set=dsft.epochs=8");
    }

    private static Process StartTraining(RecipeRepository repository, out Task<string> error)
    {
        var process = repository.Start("run", "dsft", MicroRecipe.Experiment, "--set=dsft.epochs=8");
        error = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("dsft: dSFT", StringComparison.Ordinal))
        {
            // Everything before the first step.
        }

        process.HasExited.ShouldBeFalse();
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
