using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>How much of the machine a run may take.</summary>
/// <param name="Jobs">How many stages may run at a time.</param>
/// <param name="Cores">Cores they share.</param>
/// <param name="Memory">Bytes of memory they share.</param>
public sealed record RunLimits(int Jobs, int Cores, long Memory)
{
    /// <summary>One stage at a time with the whole machine.</summary>
    public static RunLimits OneAtATime { get; } = new(1, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>
    /// Cores that a stage gets: those it asks for, or an equal share. The share depends on the limits alone and not on what happens to
    /// run at the moment, so that a stage computes alike whatever ends first.
    /// </summary>
    /// <param name="resources">What the stage asks for.</param>
    /// <param name="strict">Whether the number of threads is part of the stage's key, so that 0 has to mean every core.</param>
    /// <returns>At least 1, at most <see cref="Cores"/>.</returns>
    public int CoresFor(StageResources resources, bool strict) =>
        Math.Clamp(resources.Cores > 0 ? resources.Cores : strict ? Cores : Cores / Jobs, 1, Math.Max(1, Cores));
}
