using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;

namespace Zephyr.Experiments.Tests.Slurm;

/// <summary>What the executor makes of Slurm's answers; the real Slurm is in <see cref="EndToEnd.SlurmRecipeTests"/>.</summary>
public sealed class SlurmExecutorTests
{
    [Fact]
    public async Task The_result_of_a_job_is_published_with_what_the_node_says_of_itself()
    {
        using var slurm = new FakeSlurm(FakeSlurm.Done);
        var stage = (await slurm.RunAsync()).Stages[0];
        stage.Status.ShouldBe(StageStatus.Ran, stage.Error);
        slurm.Repository.View("train/model.bin").ShouldBe("trained");
        (stage.Manifest!.Environment["libtorch"], stage.Manifest.Seconds, stage.Manifest.Metrics["loss"]).ShouldBe(("9.9", 12.5, 0.5));
        Directory.EnumerateFileSystemEntries(slurm.Repository.Store.Folders.Work).ShouldBeEmpty();
        File.ReadAllText(Directory.GetFiles(slurm.Repository.Store.Folders.Logs, "train.slurm-1.log", SearchOption.AllDirectories).Single()).ShouldBe("Slurm says hello\n");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Cached);
        slurm.Submissions.ShouldBe(1);
    }

    [Fact]
    public async Task A_stage_that_reaches_its_time_limit_goes_on_in_another_job()
    {
        using var slurm = new FakeSlurm(FakeSlurm.State("TIMEOUT", "TimeLimit"), FakeSlurm.State("PREEMPTED"), FakeSlurm.Done);
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
        slurm.Submissions.ShouldBe(3);
        slurm.Repository.Shown.ToString().ShouldContain("Slurm job 1 reached its time limit: submitted again from the last checkpoint (1 of at most 2 times)");
    }

    [Fact]
    public async Task A_stage_is_not_submitted_for_ever()
    {
        var lost = FakeSlurm.State("NODE_FAIL");
        using var slurm = new FakeSlurm(lost, lost, lost, FakeSlurm.Done);
        var stage = (await slurm.RunAsync()).Stages[0];
        (stage.Status, slurm.Submissions).ShouldBe((StageStatus.Failed, 3));
        stage.Error!.ShouldContain("lost its node on n1, after 3 jobs (executor.slurm.requeue is 2)");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran); // by hand it may go on
    }

    [Theory]
    [InlineData("OUT_OF_MEMORY", "0:125", "used more memory on n1 than it had asked for (Slurm's default)")]
    [InlineData("CANCELLED", "0:15", "was cancelled, not from here")]
    [InlineData("FAILED", "127:0", "ended on n1 with exit code 127 before the stage could say why")]
    [InlineData("COMPLETED", "0:0", "its result cannot be seen here")]
    public async Task A_job_that_would_end_alike_again_fails_the_stage_and_shows_what_it_printed(string state, string exitCode, string message)
    {
        using var slurm = new FakeSlurm(FakeSlurm.State(state, exitCode: exitCode));
        var stage = (await slurm.RunAsync()).Stages[0];
        (stage.Status, slurm.Submissions).ShouldBe((StageStatus.Failed, 1));
        stage.Error!.ShouldContain(message);
        stage.Error!.ShouldContain("Slurm says hello");
        slurm.Record().ShouldBeNull();
    }

    [Fact]
    public async Task A_failure_of_the_stage_itself_is_told_as_such()
    {
        using var slurm = new FakeSlurm(
            """printf '%s' '{"status":"failed","message":"a row is damaged","detail":"at Row","environment":{},"seconds":1,"outputs":{}}' > "$FOLDER/end.json" """ + "\n" + FakeSlurm.State("FAILED", exitCode: "1:0"));
        var stage = (await slurm.RunAsync()).Stages[0];
        (stage.Status, slurm.Submissions).ShouldBe((StageStatus.Failed, 1));
        stage.Error!.ShouldContain("a row is damaged (in Slurm job 1; its log is ");
    }

    [Fact]
    public async Task A_controller_that_is_down_for_a_while_is_no_failure()
    {
        using var slurm = new FakeSlurm("touch down\n" + FakeSlurm.State("RUNNING") + $"(sleep 0.5; {FakeSlurm.Done}) > /dev/null 2>&1 &\n");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
        slurm.Repository.Shown.ToString().ShouldContain("Slurm does not answer and is asked again every 1 s");
        slurm.Submissions.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_sbatch_submitted_without_being_able_to_say_so_is_found_by_its_name()
    {
        using var slurm = new FakeSlurm(FakeSlurm.Done + "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1\n");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
        slurm.Submissions.ShouldBe(1);
    }

    [Fact]
    public async Task A_submission_that_never_arrived_is_made_again_under_another_name()
    {
        using var slurm = new FakeSlurm("""rm name-*; echo 'Unable to contact slurm controller' >&2; exit 1""", FakeSlurm.Done);
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
        slurm.Calls.Where(static call => call.StartsWith("sbatch ", StringComparison.Ordinal)).Select(static call => call.Split(' ').Single(word => word.StartsWith("--job-name", StringComparison.Ordinal)))
            .Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_job_that_an_earlier_process_left_is_followed_and_not_submitted_again()
    {
        using var slurm = new FakeSlurm(FakeSlurm.State("PENDING", "Priority"));
        (await slurm.RunAsync(new RunOptions { Detach = true })).Stages[0].Status.ShouldBe(StageStatus.Submitted);
        slurm.Record()!.Job.ShouldBe("1");
        (await slurm.RunAsync(new RunOptions { Detach = true })).Stages[0].Reason.ShouldContain("Slurm job 1 goes on by itself");
        slurm.Repository.Shown.ToString().ShouldContain("Slurm job 1 waits in the queue: Priority");

        // The job ends while nobody looks, and Slurm forgets it.
        var work = Directory.GetDirectories(slurm.Repository.Store.Folders.Work).Single();
        slurm.Program("finish", $"FOLDER={slurm.Record()!.Folder(work).Path}; n=1; {FakeSlurm.Done} rm state-1");
        System.Diagnostics.Process.Start(Path.Combine(slurm.Bin, "finish")).WaitForExit();
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
        slurm.Submissions.ShouldBe(1);
    }

    [Fact]
    public async Task Two_runs_at_once_submit_one_job()
    {
        using var slurm = new FakeSlurm(FakeSlurm.State("RUNNING") + $"(sleep 0.5; {FakeSlurm.Done}) > /dev/null 2>&1 &\n", FakeSlurm.Done);
        var runs = await Task.WhenAll(slurm.RunAsync(), slurm.RunAsync(new RunOptions(), default, "name=other"));
        runs.Select(static run => run.Stages[0].Status).Order().ShouldBe([StageStatus.Ran, StageStatus.Cached]);
        slurm.Submissions.ShouldBe(1);
    }

    [Fact]
    public async Task An_interrupt_asks_for_a_checkpoint_and_cancels_what_waits()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var slurm = new FakeSlurm(FakeSlurm.State("RUNNING"), FakeSlurm.State("PENDING"), FakeSlurm.Done);
        (await slurm.RunAsync(cancellationToken: stop.Token)).Stages[0].Status.ShouldBe(StageStatus.Interrupted);
        slurm.Calls.Where(static call => call.StartsWith("scancel", StringComparison.Ordinal)).ShouldBe(["scancel --signal=TERM --batch 1"]);
        slurm.Record().ShouldBeNull();

        using var again = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        (await slurm.RunAsync(cancellationToken: again.Token)).Stages[0].Status.ShouldBe(StageStatus.Interrupted);
        slurm.Calls.Last(static call => call.StartsWith("scancel", StringComparison.Ordinal)).ShouldBe("scancel 2");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
    }

    [Fact]
    public async Task A_second_interrupt_cancels_a_job_that_is_writing_its_checkpoint()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var slurm = new FakeSlurm(FakeSlurm.State("RUNNING"));
        slurm.Program("scancel", """n=${!#}; case "$*" in *TERM*) ;; *) echo 'JobState=CANCELLED Reason=None ExitCode=0:15 NodeList=n1' > state-$n;; esac""");
        var run = slurm.RunAsync(cancellationToken: stop.Token);
        while (!slurm.Calls.Contains("scancel --signal=TERM --batch 1"))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        slurm.Exit.RunActs(); // then the process would be gone
        slurm.Calls.ShouldContain("scancel 1");
        (await run).Stages[0].Status.ShouldBe(StageStatus.Interrupted);
    }

    [Fact]
    public async Task An_interrupt_that_ends_sbatch_too_cancels_the_job_that_it_had_submitted()
    {
        // At a terminal Ctrl-C reaches sbatch as well: here it is ended after the controller took the job.
        using var stop = new CancellationTokenSource();
        using var slurm = new FakeSlurm(FakeSlurm.State("RUNNING") + "touch submitted; sleep 1; exit 130\n");
        var run = slurm.RunAsync(cancellationToken: stop.Token);
        while (!File.Exists(Path.Combine(slurm.Bin, "submitted")))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        (await run).Stages[0].Status.ShouldBe(StageStatus.Interrupted);
        slurm.Calls.ShouldContain("scancel --signal=TERM --batch 1");
        slurm.Record().ShouldBeNull();
    }

    [Fact]
    public async Task Computing_here_is_refused_while_a_job_works_at_the_stage()
    {
        using var slurm = new FakeSlurm(FakeSlurm.State("RUNNING"));
        await slurm.RunAsync(new RunOptions { Detach = true });
        var stage = (await slurm.RunAsync(null, default, "executor.kind=local")).Stages[0];
        stage.Error!.ShouldContain("Slurm job 1 works at this stage: run with executor.kind=slurm to follow it and take its result, or end it first with scancel 1");
        await slurm.Commands.CancelAsync("1");
        (await slurm.RunAsync(null, default, "executor.kind=local")).Stages[0].Status.ShouldBe(StageStatus.Ran);
    }

    [Fact]
    public async Task Files_that_cannot_be_seen_in_full_are_not_published()
    {
        using var slurm = new FakeSlurm(FakeSlurm.Done + "printf 'tr' > \"$FOLDER/output/model.bin\"\n", FakeSlurm.Done);
        (await slurm.RunAsync()).Stages[0].Error!.ShouldContain("wrote 1 files, but after 10 s not all of them can be seen here in full");
        (await slurm.RunAsync()).Stages[0].Status.ShouldBe(StageStatus.Ran);
    }

    [Fact]
    public async Task A_refused_job_and_missing_programs_are_told_with_what_to_do()
    {
        using var slurm = new FakeSlurm("echo 'sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified' >&2; exit 1");
        (await slurm.RunAsync()).Stages[0].Error!.ShouldContain("Slurm refuses the job:\nsbatch: error: Batch job submission failed: Invalid account");
        slurm.Record().ShouldBeNull();
        File.Delete(Path.Combine(slurm.Bin, "sbatch"));
        (await Should.ThrowAsync<SlurmException>(() => slurm.RunAsync())).Message
            .ShouldBe("executor.kind is slurm, but sbatch cannot be found on PATH: run on a login node, load the module that brings Slurm's programs, or compute here with --set executor.kind=local.");
    }

    [Fact]
    public void The_job_asks_for_what_the_settings_say_of_the_stage()
    {
        var options = new SlurmOptions
        {
            Partition = "gpu",
            TimeLimit = "1-0",
            Setup = ["module load cuda"],
            Stages = new SlurmStages { Ddpo = new SlurmResources { Gpus = "a100:2", Cpus = 8, Memory = "64G", Extra = ["--reservation=x"], TimeLimit = "30" } },
        };
        var folder = new SlurmJobFolder("/s/it's 5%");
        var script = new JobScript("ddpo", "f0", "/opt/zephyr", options);
        script.Arguments(new SlurmJobRecord("ab", "zephyr-ddpo-ab", 1, null), folder, "/repo").ShouldBe(
        [
            "--parsable", "--job-name=zephyr-ddpo-ab", "--comment=zephyr:f0", "--chdir=/repo", "--output=/s/it's 5%%/job.log", "--open-mode=append",
            "--nodes=1", "--ntasks=1", "--no-requeue", "--signal=B:TERM@120",
            "--partition=gpu", "--gpus-per-node=a100:2", "--cpus-per-task=8", "--mem=64G", "--time=30", "--reservation=x", "/s/it's 5%/job.sh",
        ]);
        script.Text(folder).ShouldEndWith("set -e\nmodule load cuda\nexec '/opt/zephyr' stage-job '/s/it'\\''s 5%'\n");
        new JobScript("dsft", "f0", "/opt/zephyr", options).Arguments(new SlurmJobRecord("ab", "n", 1, null), folder, "/repo").ShouldContain("--time=1-0");
    }
}
