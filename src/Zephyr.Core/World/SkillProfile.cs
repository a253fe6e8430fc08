namespace Zephyr.Core.World;

/// <summary>How often a skill is asked for, what flaw its answers tend to, and how often a prompt brings that flaw out in every teacher.</summary>
/// <param name="Skill">The skill.</param>
/// <param name="Share">Share of all prompts; the shares sum to 1.</param>
/// <param name="Habit">The flaw.</param>
/// <param name="HardShare">Share of prompts where all four teachers tend to it, so that the best of four has it too.</param>
internal sealed record SkillProfile(string Skill, double Share, Habit Habit, double HardShare)
{
    /// <summary>Every skill, in report order.</summary>
    internal static readonly IReadOnlyList<SkillProfile> All =
    [
        new(Skills.Facts, 0.17, Habit.Ending, 0.60),
        new(Skills.Sorting, 0.13, Habit.Opening, 0.74),
        new(Skills.Counting, 0.10, Habit.Plain, 0.60),
        new(Skills.Arithmetic, 0.09, Habit.Plain, 0.30),
        new(Skills.Rewriting, 0.13, Habit.Opening, 0.35),
        new(Skills.Format, 0.10, Habit.Plain, 0.62),
        new(Skills.Unknown, 0.12, Habit.Wrong, 0.70),
        new(Skills.Refusal, 0.07, Habit.Wrong, 0.64),
        new(Skills.FollowUp, 0.09, Habit.Ending, 0.38),
    ];
}
