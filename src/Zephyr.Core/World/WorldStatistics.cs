using Zephyr.Core.Chat;

namespace Zephyr.Core.World;

/// <summary>Figures about a synthetic world; the content of <c>statistics.json</c>.</summary>
/// <param name="TrainPrompts">Distinct training prompts.</param>
/// <param name="HeldOutPrompts">Distinct held-out prompts.</param>
/// <param name="Pairs">Training preference pairs.</param>
/// <param name="TiesDropped">Training prompts without a pair because best and rejected answer scored the same.</param>
/// <param name="HeldOutPairs">Held-out preference pairs.</param>
/// <param name="HeldOutTiesDropped">Held-out prompts without a pair.</param>
/// <param name="BestScore">Mean overall score of the best answers: what dSFT learns from.</param>
/// <param name="PerfectBestShare">Share of training prompts whose best answer scores 5.</param>
/// <param name="ChosenScore">Mean overall score of chosen answers.</param>
/// <param name="RejectedScore">Mean overall score of rejected answers.</param>
/// <param name="ChosenLength">Mean length of chosen answers in characters.</param>
/// <param name="RejectedLength">Mean length of rejected answers in characters.</param>
/// <param name="ChosenLongerShare">Share of pairs whose chosen answer is the longer one, equal lengths counting half.</param>
/// <param name="PromptLength">Mean length of prompts in characters.</param>
/// <param name="Skills">Figures per skill, in skill order.</param>
/// <param name="Teachers">Figures per teacher, in teacher order.</param>
public sealed record WorldStatistics(
    int TrainPrompts,
    int HeldOutPrompts,
    int Pairs,
    int TiesDropped,
    int HeldOutPairs,
    int HeldOutTiesDropped,
    double BestScore,
    double PerfectBestShare,
    double ChosenScore,
    double RejectedScore,
    double ChosenLength,
    double RejectedLength,
    double ChosenLongerShare,
    double PromptLength,
    IReadOnlyList<SkillStatistics> Skills,
    IReadOnlyList<TeacherStatistics> Teachers)
{
    /// <summary>Computes the figures.</summary>
    /// <param name="train">Training rows.</param>
    /// <param name="heldOut">Held-out rows.</param>
    /// <returns>The figures.</returns>
    internal static WorldStatistics Of(IReadOnlyList<WorldRow> train, IReadOnlyList<WorldRow> heldOut)
    {
        var pairs = PairsOf(train);
        var heldOutPairs = PairsOf(heldOut);
        return new WorldStatistics(
            train.Count,
            heldOut.Count,
            pairs.Count,
            train.Count(row => row.TakesPair && row.IsTie),
            heldOutPairs.Count,
            heldOut.Count(row => row.IsTie),
            train.Average(row => row.Chosen.Scores.Overall),
            train.Average(row => row.Chosen.Scores.Overall >= 5 ? 1.0 : 0),
            Mean(pairs, pair => pair.ScoreChosen ?? 0),
            Mean(pairs, pair => pair.ScoreRejected ?? 0),
            Mean(pairs, pair => pair.Chosen.Length),
            Mean(pairs, pair => pair.Rejected.Length),
            Mean(pairs, pair => pair.Chosen.Length.CompareTo(pair.Rejected.Length) switch { > 0 => 1, 0 => 0.5, _ => 0 }),
            train.Average(row => row.Prompt.Messages.Sum(message => (double)message.Content.Length)),
            [.. World.Skills.All.Select(skill => SkillStatistics.Of(skill, [.. train.Where(row => Is(row, skill))], [.. heldOut.Where(row => Is(row, skill))]))],
            [.. Teacher.All.Select((teacher, index) => TeacherStatistics.Of(teacher.Name, index, train))]);
    }

    /// <summary>The pairs of the rows that are no ties.</summary>
    internal static List<PreferencePair> PairsOf(IReadOnlyList<WorldRow> rows) =>
        [.. rows.Select(row => row.ToPair()).OfType<PreferencePair>()];

    /// <summary>The mean, 0 when there is nothing to average.</summary>
    internal static double Mean<T>(IReadOnlyList<T> items, Func<T, double> value) => items.Count == 0 ? 0 : items.Average(value);

    private static bool Is(WorldRow row, string skill) => string.Equals(row.Prompt.Skill, skill, StringComparison.Ordinal);
}

/// <summary>Figures about one skill.</summary>
/// <param name="Skill">Name of the skill.</param>
/// <param name="TrainPrompts">Training prompts.</param>
/// <param name="HeldOutPrompts">Held-out prompts.</param>
/// <param name="Pairs">Training preference pairs.</param>
/// <param name="BestScore">Mean overall score of the best answers.</param>
/// <param name="PerfectBestShare">Share of prompts whose best answer scores 5.</param>
/// <param name="RejectedScore">Mean overall score of rejected answers.</param>
/// <param name="ChosenLength">Mean length of chosen answers in characters.</param>
/// <param name="RejectedLength">Mean length of rejected answers in characters.</param>
public sealed record SkillStatistics(
    string Skill,
    int TrainPrompts,
    int HeldOutPrompts,
    int Pairs,
    double BestScore,
    double PerfectBestShare,
    double RejectedScore,
    double ChosenLength,
    double RejectedLength)
{
    /// <summary>Computes the figures.</summary>
    internal static SkillStatistics Of(string skill, IReadOnlyList<WorldRow> train, IReadOnlyList<WorldRow> heldOut)
    {
        var pairs = WorldStatistics.PairsOf(train);
        return new SkillStatistics(
            skill,
            train.Count,
            heldOut.Count,
            pairs.Count,
            WorldStatistics.Mean(train, row => row.Chosen.Scores.Overall),
            WorldStatistics.Mean(train, row => row.Chosen.Scores.Overall >= 5 ? 1 : 0),
            WorldStatistics.Mean(pairs, pair => pair.ScoreRejected ?? 0),
            WorldStatistics.Mean(pairs, pair => pair.Chosen.Length),
            WorldStatistics.Mean(pairs, pair => pair.Rejected.Length));
    }
}

/// <summary>Figures about one teacher.</summary>
/// <param name="Teacher">Name of the teacher.</param>
/// <param name="Score">Mean overall score of its answers to training prompts.</param>
/// <param name="BestShare">Share of training prompts for which its answer is the best.</param>
/// <param name="RejectedShare">Share of training prompts for which its answer is the rejected one.</param>
/// <param name="Length">Mean length of its answers in characters.</param>
public sealed record TeacherStatistics(string Teacher, double Score, double BestShare, double RejectedShare, double Length)
{
    /// <summary>Computes the figures.</summary>
    internal static TeacherStatistics Of(string name, int index, IReadOnlyList<WorldRow> train) => new(
        name,
        train.Average(row => row.Answers[index].Scores.Overall),
        train.Average(row => row.Best == index ? 1.0 : 0),
        train.Average(row => row.Rejected == index ? 1.0 : 0),
        train.Average(row => (double)row.Answers[index].Text.Length));
}
