namespace Zephyr.Experiments.Slurm;

/// <summary>What single values of <c>executor</c> cannot show to be wrong.</summary>
internal static class SlurmRules
{
    // What the executor sets itself, and what would make one job into several or none.
    private static readonly string[] s_own =
    [
        "--job-name", "--output", "--error", "--open-mode", "--parsable", "--wrap", "--array", "--chdir", "--signal", "--requeue", "--no-requeue",
        "--nodes", "--ntasks", "--comment", "--wait", "--test-only", "--help", "--version", "--usage", "--quiet", "--clusters",
        "--partition", "--account", "--qos", "--gpus-per-node", "--gres", "--cpus-per-task", "--mem", "--time", "--constraint",
    ];

    /// <summary>Checks the section.</summary>
    /// <param name="executor">The section.</param>
    /// <param name="strict">Whether <c>reproducibility</c> is <c>strict</c>.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what is wrong with it.</param>
    public static void Check(ExecutorOptions executor, bool strict, Action<bool, string, string> refuse)
    {
        var slurm = executor.Slurm;
        refuse(
            strict && executor.Kind == ExecutorKind.Slurm,
            "executor.kind",
            "cannot be slurm while reproducibility is strict: the node's hardware would be part of the keys, and it is known only once a job runs");
        foreach (var (name, resources) in slurm.Stages.Named.Prepend(KeyValuePair.Create("", (SlurmResources?)slurm)))
        {
            if (resources is null)
            {
                continue;
            }

            var prefix = name.Length == 0 ? "executor.slurm" : $"executor.slurm.stages.{name}";
            foreach (var extra in resources.Extra ?? [])
            {
                refuse(
                    !extra.StartsWith("--", StringComparison.Ordinal) || extra.Length < 3 || extra.Any(char.IsControl),
                    $"{prefix}.extra",
                    $"has \"{extra}\": write each argument in its long form with its value behind an equals sign, as in --reservation=spring");
                refuse(
                    s_own.Contains(extra.Split('=')[0], StringComparer.Ordinal),
                    $"{prefix}.extra",
                    $"has {extra.Split('=')[0]}, which is set by other settings or by zephyr itself (a stage computes in one process on one node)");
            }

            refuse((resources.Setup ?? []).Any(line => line.Contains('\0', StringComparison.Ordinal)), $"{prefix}.setup", "has a line with a zero character");
            refuse(
                resources.TimeLimit is { } limit && SlurmTime.Parse(limit) < TimeSpan.FromSeconds(slurm.CheckpointSeconds + 60),
                $"{prefix}.time_limit",
                $"must be at least a minute above executor.slurm.checkpoint_seconds ({slurm.CheckpointSeconds}), or a job would be asked to end as it starts (is {resources.TimeLimit})");
        }
    }
}
