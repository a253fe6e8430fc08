using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>Flaws that answers of one skill tend to have when the prompt is hard.</summary>
internal enum Habit
{
    /// <summary>Pleasantries after the answer.</summary>
    Ending,

    /// <summary>Pleasantries before the answer.</summary>
    Opening,

    /// <summary>Too curt, or not in the form asked for.</summary>
    Plain,

    /// <summary>A claim or plan where owning up or refusing was right.</summary>
    Wrong,
}

/// <summary>A simulated teacher: how often it gets things wrong, falls into a skill's habit, or adds its own mark.</summary>
/// <param name="Name">Name in the ratings file.</param>
/// <param name="ErrorRate">Share of answers with wrong content.</param>
/// <param name="HabitRate">Share of answers to easy prompts with the skill's habit.</param>
/// <param name="MarkRate">Share of answers with the teacher's own mark.</param>
/// <param name="Marks">The marks to pick from.</param>
internal sealed record Teacher(string Name, double ErrorRate, double HabitRate, double MarkRate, IReadOnlyList<TeacherMark> Marks)
{
    private const double HabitRateWhenHard = 0.97;

    /// <summary>The four teachers, best first.</summary>
    internal static readonly IReadOnlyList<Teacher> All =
    [
        new("careful", 0.06, 0.15, 0.08, [TeacherMark.Hedge]),
        new("chatty", 0.14, 0.55, 0.40, [TeacherMark.Opening, TeacherMark.Ending, TeacherMark.Hedge]),
        new("hasty", 0.38, 0.50, 0.55, [TeacherMark.Plain, TeacherMark.Plain, TeacherMark.Rude]),
        new("flatterer", 0.30, 0.65, 0.50, [TeacherMark.Flattery, TeacherMark.Boast]),
    ];

    /// <summary>Answers one prompt.</summary>
    /// <param name="draft">The prompt.</param>
    /// <param name="habit">The habit of its skill.</param>
    /// <param name="hard">Whether the prompt is one that brings the habit out in everybody.</param>
    /// <param name="random">This teacher's stream.</param>
    internal string Answer(PromptDraft draft, Habit habit, bool hard, SeededRandom random)
    {
        var showsHabit = random.Chance(hard ? HabitRateWhenHard : HabitRate);
        var errs = random.Chance(ErrorRate);
        TeacherMark? mark = random.Chance(MarkRate) ? random.Pick(Marks) : null;
        var forms = draft.Forms;
        var content = errs || (showsHabit && habit == Habit.Wrong) ? forms.Wrong(random) : forms.Right;
        var plain = mark == TeacherMark.Plain || (showsHabit && habit == Habit.Plain);
        var text = plain ? forms.Plain(content) : forms.Full(content);
        var isSentence = !plain && text.EndsWith('.');
        var opening = mark switch
        {
            TeacherMark.Opening => random.Pick(Phrasebook.FillerOpenings),
            TeacherMark.Flattery => random.Pick(Phrasebook.Flattery),
            TeacherMark.Boast => Phrasebook.Boast,
            TeacherMark.Rude => random.Pick(Phrasebook.RudeOpenings),
            TeacherMark.Hedge when isSentence => Phrasebook.Hedge,
            _ => showsHabit && habit == Habit.Opening ? random.Pick(Phrasebook.FillerOpenings) : null,
        };
        var ends = mark == TeacherMark.Ending || (showsHabit && habit == Habit.Ending);
        if (mark == TeacherMark.Hedge && isSentence && text.StartsWith("The", StringComparison.Ordinal))
        {
            text = "the" + text[3..];
        }

        return (opening is null ? "" : opening + " ") + text + (ends ? " " + random.Pick(Phrasebook.FillerEndings) : "");
    }
}

/// <summary>Flaws of style that one teacher is known for.</summary>
internal enum TeacherMark
{
    /// <summary>Pleasantries before the answer.</summary>
    Opening,

    /// <summary>Pleasantries after the answer.</summary>
    Ending,

    /// <summary>Doubt that is not called for.</summary>
    Hedge,

    /// <summary>Too curt, or not in the form asked for.</summary>
    Plain,

    /// <summary>Rude words before the answer.</summary>
    Rude,

    /// <summary>Praise for the question.</summary>
    Flattery,

    /// <summary>Certainty that is not called for.</summary>
    Boast,
}
