namespace Zephyr.Experiments.Configuration;

/// <summary>One checked experiment, frozen: nothing read from its file after this changes a run.</summary>
/// <param name="Name">Name; a member of a sweep has its values in it.</param>
/// <param name="File">Full path of the file.</param>
/// <param name="Settings">The settings; paths are absolute.</param>
/// <param name="Resolved">The same settings with their origins.</param>
/// <param name="SweepValues">Values that make this member of a sweep different, by dotted name; empty without a sweep.</param>
public sealed record Experiment(
    string Name,
    string File,
    ExperimentSettings Settings,
    ResolvedSection Resolved,
    IReadOnlyDictionary<string, string> SweepValues);
