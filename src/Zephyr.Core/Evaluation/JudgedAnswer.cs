using Zephyr.Core.World;

namespace Zephyr.Core.Evaluation;

/// <summary>One generated answer to a held-out prompt and what the judge gave it; a line of <c>answers.jsonl</c>.</summary>
/// <param name="Model">Name of the model: one of <see cref="ModelNames"/>.</param>
/// <param name="PromptId">Identifier of the held-out prompt.</param>
/// <param name="Skill">Skill family of the prompt.</param>
/// <param name="Question">The last user turn, for people to read.</param>
/// <param name="Answer">The generated text.</param>
/// <param name="Tokens">Generated tokens, the end token not counted.</param>
/// <param name="Cut">Whether the token limit stopped the answer before its end token.</param>
/// <param name="Scores">The judge's scores.</param>
public sealed record JudgedAnswer(
    string Model,
    string PromptId,
    string Skill,
    string Question,
    string Answer,
    int Tokens,
    bool Cut,
    RubricScores Scores);
