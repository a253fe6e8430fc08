using Zephyr.Experiments.Slurm;

namespace Zephyr.Experiments.Tests.Slurm;

public sealed class SlurmSettingsTests
{
    [Fact]
    public void Everything_that_is_wrong_is_told_at_configuration_time()
    {
        using var repository = new TestRepository(TestRepository.Small + """
            reproducibility: strict
            executor:
              kind: slurm
              slurm:
                extra: [--array=1-3, -N2]
                memory: lots
                stages: {dsft: {time_limit: "2"}, dsfd: {cpus: 2}}

            """);
        var problems = string.Join('\n', repository.Problems());
        problems.ShouldContain("executor.slurm.memory: must be a size");
        problems.ShouldContain("executor.slurm.stages.dsfd: unknown key; did you mean executor.slurm.stages.dsft");

        repository.Write("experiments/zephyr-tiny.yaml", File.ReadAllText(Path.Combine(repository.Folder, "experiments/zephyr-tiny.yaml"))
            .Replace("memory: lots", "memory: 64G", StringComparison.Ordinal).Replace("dsfd", "ddpo", StringComparison.Ordinal));
        problems = string.Join('\n', repository.Problems());
        problems.ShouldContain("executor.kind: cannot be slurm while reproducibility is strict");
        problems.ShouldContain("executor.slurm.extra: has --array, which is set by other settings or by zephyr itself");
        problems.ShouldContain("executor.slurm.extra: has \"-N2\": write each argument in its long form");
        problems.ShouldContain("executor.slurm.stages.dsft.time_limit: must be at least a minute above executor.slurm.checkpoint_seconds (120)");
    }

    // man sbatch: "minutes", "minutes:seconds", "hours:minutes:seconds", "days-hours", "days-hours:minutes", "days-hours:minutes:seconds".
    [Theory]
    [InlineData("90", 5400)]
    [InlineData("1:30", 90)]
    [InlineData("2:00:01", 7201)]
    [InlineData("1-2", 93600)]
    [InlineData("1-2:30", 95400)]
    [InlineData("1-2:30:05", 95405)]
    public void A_time_limit_is_read_as_Slurm_reads_it(string text, int seconds) => SlurmTime.Parse(text).TotalSeconds.ShouldBe(seconds);
}
