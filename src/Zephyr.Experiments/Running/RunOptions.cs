namespace Zephyr.Experiments.Running;

/// <summary>How to run.</summary>
public sealed record RunOptions
{
    /// <summary>Last stage to run; null for all.</summary>
    public string? Target { get; init; }

    /// <summary>First stage that may run: what it needs has to be in the store; null when everything may run.</summary>
    public string? From { get; init; }

    /// <summary>Stages to run whatever the store has.</summary>
    public IReadOnlyCollection<string> Force { get; init; } = [];

    /// <summary>Stages whose last published result of this experiment is used although their key may differ.</summary>
    public IReadOnlyCollection<string> Freeze { get; init; } = [];

    /// <summary>Whether stages that do not depend on a failed one still run.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Whether jobs are left to themselves once they are submitted.</summary>
    public bool Detach { get; init; }

    /// <summary>Whether to wait for another run of the same experiment or stage, or for a device that another process has.</summary>
    public bool Wait { get; init; } = true;
}
