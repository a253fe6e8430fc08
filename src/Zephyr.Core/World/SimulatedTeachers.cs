using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>
/// The world's training prompts and its four teachers, to be asked one answer at a time. The prompts are those that
/// <see cref="WorldGenerator"/> makes of the same options and seed. An answer depends on seed, teacher, prompt and sample alone.
/// </summary>
public sealed class SimulatedTeachers
{
    private readonly ulong _seed;
    private readonly IReadOnlyList<PromptDraft> _drafts;
    private readonly bool[] _hard;
    private readonly Dictionary<string, SkillProfile> _profiles = SkillProfile.All.ToDictionary(profile => profile.Skill, StringComparer.Ordinal);

    /// <summary>Draws the prompts.</summary>
    /// <param name="prompts">Distinct training prompts of the world.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <exception cref="ZephyrException">The world has fewer distinct prompts.</exception>
    public SimulatedTeachers(int prompts, ulong seed)
    {
        _seed = seed;
        _drafts = new PromptPool(seed).Draw("train", heldOut: false, prompts);
        var hardness = new SeededRandom(seed, "world/train/hard");
        _hard = [.. _drafts.Select(draft => hardness.Chance(_profiles[draft.Skill].HardShare))];
        Prompts = [.. _drafts.Select((draft, i) => new WorldPrompt($"train-{i:D6}", draft.Skill, draft.Messages, draft.Truth, draft.Forms.Reference))];
    }

    /// <summary>Names of the teachers, best first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Teacher.All.Select(static teacher => teacher.Name)];

    /// <summary>The prompts with what the rubric needs, in file order.</summary>
    public IReadOnlyList<WorldPrompt> Prompts { get; }

    /// <summary>One answer.</summary>
    /// <param name="teacher">One of <see cref="Names"/>.</param>
    /// <param name="prompt">Index into <see cref="Prompts"/>.</param>
    /// <param name="sample">Tells several answers of a teacher to one prompt apart.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException">There is no such teacher.</exception>
    public string Answer(string teacher, int prompt, int sample)
    {
        var simulated = Teacher.All.FirstOrDefault(known => known.Name == teacher) ?? throw new ArgumentException($"There is no simulated teacher {teacher}.", nameof(teacher));
        var draft = _drafts[prompt];
        return simulated.Answer(
            draft, _profiles[draft.Skill].Habit, _hard[prompt], new SeededRandom(_seed, $"feedback/teacher/{teacher}/{prompt}/{sample}"));
    }
}
