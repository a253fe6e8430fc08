namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>A model's answer to an instruction.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Output">The answer.</param>
/// <param name="Generator">Who answered; null when the row does not say.</param>
/// <param name="Dataset">Where the instruction is from; null when the row does not say.</param>
public sealed record AlpacaOutput(string Instruction, string Output, string? Generator, string? Dataset);

/// <summary>Two answers with a judge's preference, as they are written to a file of annotations.</summary>
/// <param name="Baseline">The baseline's answer.</param>
/// <param name="Model">The model's answer to the same instruction.</param>
/// <param name="Annotator">Name of the judge.</param>
/// <param name="Preference">From 1 (the baseline's) to 2 (the model's), 1.5 for a draw; null when there is none.</param>
/// <param name="Reply">What the judge wrote; null when it was not asked.</param>
/// <param name="Likeliest">The likeliest tokens of its answer, where it was asked for them.</param>
public sealed record AlpacaJudgment(
    AlpacaOutput Baseline, AlpacaOutput Model, string Annotator, double? Preference, string? Reply, IReadOnlyList<(string Token, double LogProb)> Likeliest);
