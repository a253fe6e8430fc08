using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>Makes the synthetic world: prompts of every skill, four teachers' answers, their scores, and a held-out set.</summary>
public static class WorldGenerator
{
    /// <summary>Makes the world of one seed; the same options and seed give the same world on every machine.</summary>
    /// <param name="options">Sizes and the choice of the rejected answer.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <returns>Training and held-out rows with statistics.</returns>
    /// <exception cref="ZephyrException">The world has fewer distinct prompts than asked for, or a held-out prompt is also a training prompt.</exception>
    public static SyntheticWorld Generate(WorldOptions options, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        var pool = new PromptPool(seed);
        var train = pool.Draw("train", heldOut: false, options.Prompts);
        var heldOut = pool.Draw("heldout", heldOut: true, options.HeldOutPrompts);
        CheckDisjoint(train, heldOut);
        var trainRows = LimitPairs(Answer(train, "train", options.Rejected, seed), options.Pairs);
        var heldOutRows = Answer(heldOut, "heldout", options.Rejected, seed);
        return new SyntheticWorld(trainRows, heldOutRows, WorldStatistics.Of(trainRows, heldOutRows));
    }

    private static List<WorldRow> Answer(IReadOnlyList<PromptDraft> drafts, string side, RejectedChoice choice, ulong seed)
    {
        var profiles = SkillProfile.All.ToDictionary(profile => profile.Skill, StringComparer.Ordinal);
        var hardness = new SeededRandom(seed, $"world/{side}/hard");
        var picks = new SeededRandom(seed, $"world/{side}/picks");
        var streams = Teacher.All.Select(teacher => new SeededRandom(seed, $"world/{side}/teacher/{teacher.Name}")).ToArray();
        var rows = new List<WorldRow>(drafts.Count);
        foreach (var draft in drafts)
        {
            var profile = profiles[draft.Skill];
            var hard = hardness.Chance(profile.HardShare);
            var prompt = new WorldPrompt($"{side}-{rows.Count:D6}", draft.Skill, draft.Messages, draft.Truth, draft.Forms.Reference);
            var answers = new ScoredAnswer[Teacher.All.Count];
            for (var i = 0; i < answers.Length; i++)
            {
                var text = Teacher.All[i].Answer(draft, profile.Habit, hard, streams[i]);
                answers[i] = new ScoredAnswer(Teacher.All[i].Name, text, RubricJudge.Score(prompt, text));
            }

            var (best, rejected) = Pick(answers, choice, picks);
            rows.Add(new WorldRow(prompt, answers, best, rejected));
        }

        return rows;
    }

    /// <summary>Leaves pairs to the first rows alone, as many as asked for.</summary>
    private static List<WorldRow> LimitPairs(List<WorldRow> rows, int pairs)
    {
        var left = pairs == 0 ? rows.Count : pairs;
        return [.. rows.Select(row => row with { TakesPair = left > 0 && (row.IsTie || left-- > 0) })];
    }

    /// <summary>Best answer and the one set against it. A random order settles equal scores, so no teacher is favoured by its place.</summary>
    internal static (int Best, int Rejected) Pick(IReadOnlyList<ScoredAnswer> answers, RejectedChoice choice, SeededRandom random)
    {
        var order = random.Permutation(answers.Count);
        var best = order.MaxBy(i => answers[i].Scores.Overall);
        int[] rest = [.. order.Where(i => i != best)];
        var rejected = choice == RejectedChoice.Random ? rest[0] : rest.MinBy(i => answers[i].Scores.Overall);
        return (best, rejected);
    }

    private static void CheckDisjoint(IReadOnlyList<PromptDraft> train, IReadOnlyList<PromptDraft> heldOut)
    {
        var keys = train.Select(draft => draft.Key).ToHashSet(StringComparer.Ordinal);
        var texts = train.Select(PromptPool.PromptText).ToHashSet(StringComparer.Ordinal);
        foreach (var draft in heldOut)
        {
            if (keys.Contains(draft.Key) || texts.Contains(PromptPool.PromptText(draft)))
            {
                throw new ZephyrException($"The held-out prompt '{PromptPool.PromptText(draft)}' is also a training prompt; the sides of the synthetic world must not meet.");
            }
        }
    }
}
