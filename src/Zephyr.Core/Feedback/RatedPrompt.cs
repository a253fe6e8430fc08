namespace Zephyr.Core.Feedback;

/// <summary>A completion with what the judge says of it.</summary>
/// <param name="Teacher">Name of the teacher.</param>
/// <param name="Principle">What the teacher was asked to care about.</param>
/// <param name="SystemMessage">The words for it; empty for none.</param>
/// <param name="Text">The answer.</param>
/// <param name="Judgment">The judge's ratings.</param>
public sealed record JudgedCompletion(string Teacher, Principle Principle, string SystemMessage, string Text, Judgment Judgment);

/// <summary>A prompt with its judged completions, in slot order; completions that failed or could not be judged are missing.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Completions">The completions.</param>
public sealed record RatedPrompt(FeedbackPrompt Prompt, IReadOnlyList<JudgedCompletion> Completions);
