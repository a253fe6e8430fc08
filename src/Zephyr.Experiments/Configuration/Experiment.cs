namespace Zephyr.Experiments.Configuration;

/// <summary>One checked experiment, frozen: nothing read from its file after this changes a run.</summary>
/// <param name="Name">Name; a member of a sweep has its values in it.</param>
/// <param name="File">Full path of the file.</param>
/// <param name="Settings">The settings; paths are absolute.</param>
/// <param name="Resolved">The same settings with their origins.</param>
/// <param name="Sweep">Its place in a sweep; null without one.</param>
public sealed record Experiment(
    string Name,
    string File,
    ExperimentSettings Settings,
    ResolvedSection Resolved,
    SweepMember? Sweep)
{
    /// <summary>Name of the experiment that this is a member of; <see cref="Name"/> when it is none.</summary>
    public string WholeName => Sweep?.Experiment ?? Name;

    /// <summary>The part of the name that tells this member from the others; empty without a sweep.</summary>
    public string Label => Sweep is null ? "" : Name[Math.Min(Name.Length, Sweep.Experiment.Length + 2)..];
}

/// <summary>Place of a member in its sweep.</summary>
/// <param name="Experiment">Name of the experiment as a whole.</param>
/// <param name="Variant">What sets it apart but for the seed, for people; empty when only the seed does.</param>
/// <param name="Seed">Its seed: members of one variant and several seeds are repetitions.</param>
public sealed record SweepMember(string Experiment, string Variant, ulong Seed);
