using Zephyr.Core.Chat;

namespace Zephyr.Core.World;

/// <summary>One teacher's answer with its scores.</summary>
/// <param name="Teacher">Name of the teacher.</param>
/// <param name="Text">The answer.</param>
/// <param name="Scores">What the rubric gives it.</param>
public sealed record ScoredAnswer(string Teacher, string Text, RubricScores Scores);

/// <summary>A prompt with the four teachers' scored answers and which of them the data sets take.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Answers">The four answers, in teacher order.</param>
/// <param name="Best">Index of the answer with the highest overall score; equal scores are settled by a seeded draw.</param>
/// <param name="Rejected">Index of the answer set against it; equal to <paramref name="Best"/> in score when the row is a tie.</param>
public sealed record WorldRow(WorldPrompt Prompt, IReadOnlyList<ScoredAnswer> Answers, int Best, int Rejected)
{
    /// <summary>The best answer: what dSFT learns from.</summary>
    public ScoredAnswer Chosen => Answers[Best];

    /// <summary>Whether best and rejected answer have the same score, so that the row makes no preference pair.</summary>
    public bool IsTie => Answers[Best].Scores.Overall <= Answers[Rejected].Scores.Overall;

    /// <summary>Whether the row is among those that make preference pairs, unless it is a tie.</summary>
    public bool TakesPair { get; init; } = true;

    /// <summary>The dSFT conversation: the prompt with its best answer.</summary>
    /// <returns>The conversation.</returns>
    public Conversation ToConversation() =>
        new([.. Prompt.Messages, new ChatMessage(ChatRoles.Assistant, Chosen.Text)]);

    /// <summary>The preference pair of the row.</summary>
    /// <returns>The pair, or null for a tie and for a row that makes none.</returns>
    public PreferencePair? ToPair() => IsTie || !TakesPair
        ? null
        : new PreferencePair(Prompt.Messages, Chosen.Text, Answers[Rejected].Text, Chosen.Scores.Overall, Answers[Rejected].Scores.Overall);
}

/// <summary>Everything one seed makes.</summary>
/// <param name="Train">Training rows, in file order.</param>
/// <param name="HeldOut">Held-out rows, in file order; no prompt of theirs, greetings apart, is a training prompt.</param>
/// <param name="Statistics">Figures about both.</param>
public sealed record SyntheticWorld(IReadOnlyList<WorldRow> Train, IReadOnlyList<WorldRow> HeldOut, WorldStatistics Statistics);
