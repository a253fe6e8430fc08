namespace Zephyr.Experiments.Running;

/// <summary>How to run.</summary>
public sealed record RunOptions
{
    /// <summary>Last stage to run; null for all.</summary>
    public string? Target { get; init; }

    /// <summary>Stages to run whatever the store has.</summary>
    public IReadOnlyCollection<string> Force { get; init; } = [];

    /// <summary>Whether stages that do not depend on a failed one still run.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Whether to wait for another run of the same experiment or stage.</summary>
    public bool Wait { get; init; } = true;
}
