using System.Diagnostics;
using System.Text.Json;
using Zephyr.Experiments.Tests.Slurm;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>A sweep of two seeds as jobs of the real Slurm, side by side.</summary>
public sealed class SlurmSweepTests(LocalSlurm slurm) : IClassFixture<LocalSlurm>
{
    private static readonly string[] s_sweep =
    [
        "run", "dsft", "--experiment", "mini", "--set", "seed=7,8", "--jobs", "2", "--set", "executor.kind=slurm",
        "--set", "executor.slurm.poll_seconds=1", "--set", "executor.slurm.settle_seconds=2",
    ];

    [Fact]
    public async Task Jobs_of_a_sweep_run_side_by_side_outlive_their_submitter_and_end_with_the_bytes_of_a_run_here()
    {
        Assert.SkipWhen(slurm.Missing is not null, slurm.Missing ?? "");
        string[] length = ["--set", "dsft.epochs=12"];
        using var repository = new RecipeRepository { Variables = { ["SLURM_CONF"] = slurm.Configuration } };
        using (var submitter = Start(repository, length, out _))
        {
            var jobs = await RunningAsync(submitter);
            submitter.Kill();
            await submitter.WaitForExitAsync(TestContext.Current.CancellationToken);
            Jobs("RUNNING").ShouldBe(jobs); // both are still there
        }

        using var next = Start(repository, [.. length, "--json"], out var said);
        var output = next.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await next.WaitForExitAsync(TestContext.Current.CancellationToken);
        var lines = await said;
        next.ExitCode.ShouldBe(0, lines);
        foreach (var seed in new[] { 7, 8 })
        {
            lines.ShouldMatch($@"\[seed-{seed}\] dsft: Slurm job \d+ was submitted before: followed");
        }

        using var here = new RecipeRepository();
        var expected = here.Json(["run", "dsft", "--experiment", "mini", "--set", "seed=7,8", "--jobs", "2", .. length]);
        using var run = JsonDocument.Parse(await output);
        Models(run.RootElement).ShouldBe(Models(expected));
        Models(expected).Distinct().Count().ShouldBe(2);
        Directory.GetFiles(Path.Combine(repository.Folder, "artifacts", "logs"), "dsft.slurm-*.log", SearchOption.AllDirectories).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_interrupt_leaves_no_job_of_the_sweep_and_a_second_one_does_not_wait_for_checkpoints(int signals)
    {
        Assert.SkipWhen(slurm.Missing is not null, slurm.Missing ?? "");
        using var repository = new RecipeRepository { Variables = { ["SLURM_CONF"] = slurm.Configuration } };
        using var run = Start(repository, ["--set", "dsft.epochs=500"], out var said); // so long that it cannot end by itself
        await RunningAsync(run);
        var work = Path.Combine(repository.Folder, "artifacts", "store", "work");
        while (Checkpoints(work) < 2)
        {
            run.HasExited.ShouldBeFalse();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        for (var sent = 0; sent < signals; sent++)
        {
            Process.Start("kill", ["-INT", $"{run.Id}"]).WaitForExit();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        _ = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        run.ExitCode.ShouldBe(130, await said);
        var watch = Stopwatch.StartNew();
        while (Jobs("PENDING,RUNNING,COMPLETING").Length > 0 && watch.Elapsed < TimeSpan.FromSeconds(15))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }

        Jobs("PENDING,RUNNING,COMPLETING").ShouldBeEmpty();
        if (signals == 1)
        {
            Checkpoints(work).ShouldBe(2);
            Directory.GetFiles(work, "job.json", SearchOption.AllDirectories).ShouldBeEmpty();
        }
    }

    private static Process Start(RecipeRepository repository, string[] more, out Task<string> error)
    {
        var run = repository.Start([.. s_sweep, .. more]);
        error = run.StandardError.ReadToEndAsync();
        return run;
    }

    private static int Checkpoints(string work) => Directory.EnumerateDirectories(work).Count(RecipeRepository.HasCheckpoint);

    // Both jobs at work at the same time.
    private async Task<string[]> RunningAsync(Process run)
    {
        while (!run.HasExited)
        {
            if (Jobs("RUNNING") is { Length: 2 } jobs)
            {
                return jobs;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        throw new InvalidOperationException($"the run ended with {run.ExitCode} before two jobs were at work: {await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    private string[] Jobs(string states) =>
        [.. slurm.Run("squeue", "--noheader", "--me", "--format=%i", $"--states={states}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];

    private static List<string> Models(JsonElement run) =>
    [
        .. run.GetProperty("members").EnumerateArray().Select(static member => member.GetProperty("stages").EnumerateArray()
            .Single(static stage => stage.GetProperty("name").GetString() == "dsft").GetProperty("outputs").EnumerateArray()
            .Single(static output => output.GetProperty("path").GetString() == "model/model.safetensors").GetProperty("sha256").GetString()!),
    ];
}
