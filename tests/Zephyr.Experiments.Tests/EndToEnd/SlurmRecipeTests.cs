using System.Diagnostics;
using Zephyr.Experiments.Tests.Slurm;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>dSFT as a job of the real Slurm: whatever happens on the way, the bytes are those of a run on this machine.</summary>
public sealed class SlurmRecipeTests(LocalSlurm slurm) : IClassFixture<LocalSlurm>
{
    private static readonly string[] s_run =
    [
        "run", "dsft", "--experiment", "mini", "--set", "executor.kind=slurm", "--set", "executor.slurm.poll_seconds=1", "--set", "executor.slurm.settle_seconds=2",
    ];

    [Fact]
    public async Task A_job_outlives_its_submitter_and_a_killed_one_goes_on_in_another()
    {
        Assert.SkipWhen(slurm.Missing is not null, slurm.Missing ?? "");
        using var here = new RecipeRepository();
        here.Json("run", "dsft", "--experiment", "mini");
        using var repository = Repository();

        // kill -9 of the submitter: the job is still there.
        using (var submitter = StartUntilCheckpoint(repository))
        {
            submitter.Kill();
            submitter.WaitForExit();
        }

        var job = slurm.Run("squeue", "--noheader", "--me", "--format=%i %T");
        job.ShouldEndWith(" RUNNING");
        job = job.Split(' ')[0];

        // The next run follows it. The job is killed then, and goes on from its checkpoint in another.
        using var next = repository.Start(s_run);
        var output = next.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = next.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        slurm.Run("scancel", "--signal=KILL", "--batch", job);
        await next.WaitForExitAsync(TestContext.Current.CancellationToken);
        next.ExitCode.ShouldBe(0, await error);
        var shown = await output;
        shown.ShouldContain($"Slurm job {job} was submitted before: followed");
        shown.ShouldContain($"Slurm job {job} was killed on local by a signal");
        shown.ShouldContain("from the last checkpoint");
        repository.Hash("dsft/model/model.safetensors").ShouldBe(here.Hash("dsft/model/model.safetensors"));
    }

    [Fact]
    public void An_interrupt_cancels_the_job_and_leaves_a_checkpoint()
    {
        Assert.SkipWhen(slurm.Missing is not null, slurm.Missing ?? "");
        using var repository = Repository();
        using (var run = StartUntilCheckpoint(repository, "dsft.epochs=200")) // so long that it cannot end before it is interrupted
        {
            Process.Start("kill", ["-INT", $"{run.Id}"]).WaitForExit();
            run.WaitForExit();
            run.ExitCode.ShouldBe(130);
        }

        slurm.Run("squeue", "--noheader", "--me", "--states=PENDING,RUNNING").ShouldBeEmpty();
        var work = Path.Combine(repository.Folder, "artifacts", "store", "work");
        Directory.GetFiles(work, "SHA256SUMS", SearchOption.AllDirectories).ShouldNotBeEmpty();
        Directory.GetFiles(work, "job.json", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private RecipeRepository Repository() => new() { Variables = { ["SLURM_CONF"] = slurm.Configuration } };

    private static Process StartUntilCheckpoint(RecipeRepository repository, params string[] settings)
    {
        var run = repository.Start([.. s_run, .. settings.SelectMany(static setting => new[] { "--set", setting })]);
        run.OutputDataReceived += static (_, _) => { };
        run.ErrorDataReceived += static (_, _) => { };
        run.BeginOutputReadLine();
        run.BeginErrorReadLine();
        var work = Path.Combine(repository.Folder, "artifacts", "store", "work");
        while (!run.HasExited && !RecipeRepository.HasCheckpoint(work))
        {
            Thread.Sleep(5);
        }

        run.HasExited.ShouldBeFalse("the dsft stage ended before it could be stopped");
        return run;
    }
}
