using Zephyr.Experiments.Slurm;

namespace Zephyr.Experiments.Tests.Slurm;

public sealed class SlurmAnswerTests
{
    [Fact]
    public void A_line_of_scontrol_gives_state_reason_node_and_exit_code()
    {
        // As Slurm 22.05 prints it, shortened; a comment may hold anything.
        const string Line = "JobId=3 JobName=zephyr-dsft-01 UserId=root(0) Account=(null) QOS=(null) JobState=FAILED Reason=NonZeroExitCode Dependency=(null) Requeue=0 BatchFlag=1 ExitCode=130:0 RunTime=00:00:03 ReqNodeList=(null) ExcNodeList=(null) NodeList=node[07] BatchHost=node07 Comment=zephyr:12";
        SlurmJobState.OfScontrol(Line).ShouldBe(new SlurmJobState("FAILED", "NonZeroExitCode", "node[07]", 130, 0));
        var waiting = SlurmJobState.OfScontrol("JobId=3 JobName=x JobState=PENDING Reason=Resources Dependency=(null) ExitCode=0:0 NodeList= NumNodes=1")!;
        (waiting.IsPending, waiting.HasEnded, waiting.Reason, waiting.Node).ShouldBe((true, false, "Resources", ""));
        SlurmJobState.OfScontrol("a banner of the site").ShouldBeNull();
        SlurmJobState.OfScontrol("").ShouldBeNull();
    }

    [Theory]
    [InlineData("CANCELLED by 1000|0:15|node07|None", "CANCELLED", 15)]
    [InlineData("TIMEOUT|0:1|node07|TimeLimit", "TIMEOUT", 1)]
    [InlineData("garbage", null, 0)]
    [InlineData("|||", null, 0)]
    public void A_line_of_sacct_gives_the_state(string line, string? state, int signal)
    {
        var read = SlurmJobState.OfSacct(line);
        (read?.State, read?.Signal ?? 0).ShouldBe((state, signal));
    }

    [Fact]
    public async Task Accounting_is_asked_for_a_job_that_the_controller_has_forgotten()
    {
        using var slurm = new FakeSlurm();
        (await slurm.Commands.AskAsync("7", CancellationToken.None)).ShouldBe(new SlurmAnswer(null, IsUnknown: true));
        slurm.Program("sacct", "echo 'COMPLETED|0:0|n3|None'");
        (await slurm.Commands.AskAsync("7", CancellationToken.None)).State.ShouldBe(new SlurmJobState("COMPLETED", "", "n3", 0, 0));
        slurm.Program("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1");
        (await slurm.Commands.AskAsync("7", CancellationToken.None)).IsUnknown.ShouldBeTrue();
        slurm.Program("sacct", "echo 'sacct: error: slurm_persist_conn_open_without_init: failed' >&2; exit 1");
        (await slurm.Commands.AskAsync("7", CancellationToken.None)).Problem.ShouldStartWith("sacct: error");
    }

    [Fact]
    public async Task What_cannot_be_read_is_no_answer()
    {
        using var slurm = new FakeSlurm();
        slurm.Program("scontrol", "echo 'Slurm is being upgraded'");
        (await slurm.Commands.AskAsync("7", CancellationToken.None)).Problem.ShouldBe("scontrol show job 7 answers what cannot be read: Slurm is being upgraded");
        slurm.Program("sbatch", "echo 'welcome'");
        (await slurm.Commands.SubmitAsync(["job.sh"])).ShouldBeNull();
        slurm.Program("sbatch", "echo 'welcome'; echo '12;cluster'");
        (await slurm.Commands.SubmitAsync(["job.sh"])).ShouldBe("12");
        slurm.Program("squeue", "echo 'no number'");
        (await slurm.Commands.FindJobAsync("x", CancellationToken.None)).Answered.ShouldBeFalse();
    }
}
