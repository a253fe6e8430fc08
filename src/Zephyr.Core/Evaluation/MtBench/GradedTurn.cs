namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>A rating with what led to it, as it is written to a file of judgments.</summary>
/// <param name="QuestionId">The question.</param>
/// <param name="Model">Whose answer was rated.</param>
/// <param name="Judge">Name of the judge.</param>
/// <param name="Prompt">What the judge was asked.</param>
/// <param name="Judgment">What the judge wrote.</param>
/// <param name="Score">The rating, or <see cref="JudgeRating.None"/>.</param>
/// <param name="Turn">1 or 2.</param>
public sealed record GradedTurn(int QuestionId, string Model, string Judge, GradingPrompt Prompt, string Judgment, double Score, int Turn);
