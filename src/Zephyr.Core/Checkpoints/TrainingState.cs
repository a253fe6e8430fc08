namespace Zephyr.Core.Checkpoints;

/// <summary>
/// Where a training run stands, apart from its tensors. The data order is a function of (seed, step), so the step is the whole
/// data and random position.
/// </summary>
/// <param name="Identity">Settings and data the run was started with; a checkpoint is never continued under others.</param>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Tokens">Non-padding tokens trained on so far.</param>
/// <param name="History">Deterministic metrics of every step taken, first step first.</param>
public sealed record TrainingState(
    string Identity, int Step, long Tokens, IReadOnlyList<IReadOnlyDictionary<string, double>> History);
