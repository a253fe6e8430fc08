using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation;

/// <summary>Turns judged answers and pair log-probabilities into the figures of one model.</summary>
public static class EvaluationSummary
{
    /// <summary>Figures of one model.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="answers">Its judged answers, one per prompt; empty without a judge.</param>
    /// <param name="dsft">The dSFT model's answers to the same prompts in the same order; null for dSFT itself.</param>
    /// <param name="referenceScores">Overall scores of the reference answers in the same order; null without a judge.</param>
    /// <param name="preferences">Ranking of held-out pairs; null where there are none.</param>
    /// <param name="seed">Seed of the bootstrap interval.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">The lists are not about the same prompts in the same order.</exception>
    public static ModelResult Of(
        string name,
        IReadOnlyList<JudgedAnswer> answers,
        IReadOnlyList<JudgedAnswer>? dsft,
        IReadOnlyList<double>? referenceScores,
        PreferenceMetrics? preferences,
        ulong seed)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            return new ModelResult(name, null, null, [], null, null, preferences, null);
        }

        if (dsft is not null)
        {
            CheckSamePrompts(name, answers, dsft);
        }

        var scores = answers.Select(answer => answer.Scores.Overall).ToArray();
        return new ModelResult(
            name,
            ScoreEstimate.Of(scores, new SeededRandom(seed, $"evaluation/bootstrap/{name}")),
            new AspectMeans(
                answers.Average(answer => (double)answer.Scores.InstructionFollowing),
                answers.Average(answer => (double)answer.Scores.Honesty),
                answers.Average(answer => (double)answer.Scores.Truthfulness),
                answers.Average(answer => (double)answer.Scores.Helpfulness)),
            PerSkill(answers, dsft),
            dsft is null ? null : WinRate.Of(scores, Overall(dsft)),
            referenceScores is null ? null : WinRate.Of(scores, referenceScores),
            preferences,
            AnswerLengths.Of(answers));
    }

    /// <summary>Judge scores by skill, in order of the skills' first appearance in ordinal name order.</summary>
    /// <param name="answers">Judged answers of one model.</param>
    /// <param name="dsft">The dSFT model's answers in the same order, or null.</param>
    /// <returns>One entry per skill, ordered by name.</returns>
    public static IReadOnlyList<SkillResult> PerSkill(IReadOnlyList<JudgedAnswer> answers, IReadOnlyList<JudgedAnswer>? dsft)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return [.. Enumerable.Range(0, answers.Count)
            .GroupBy(i => answers[i].Skill, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group =>
            {
                var own = group.Select(i => answers[i].Scores.Overall).ToArray();
                var rate = dsft is null ? null : WinRate.Of(own, [.. group.Select(i => dsft[i].Scores.Overall)]);
                return new SkillResult(group.Key, own.Length, own.Average(), rate);
            })];
    }

    private static double[] Overall(IReadOnlyList<JudgedAnswer> answers) =>
        [.. answers.Select(answer => answer.Scores.Overall)];

    private static void CheckSamePrompts(string name, IReadOnlyList<JudgedAnswer> answers, IReadOnlyList<JudgedAnswer> dsft)
    {
        if (answers.Count != dsft.Count)
        {
            throw new ZephyrException($"Model '{name}' answered {answers.Count} prompts and dsft {dsft.Count}; a comparison needs the same prompts for both.");
        }

        for (var i = 0; i < answers.Count; i++)
        {
            if (!string.Equals(answers[i].PromptId, dsft[i].PromptId, StringComparison.Ordinal))
            {
                throw new ZephyrException($"Answer {i} of model '{name}' is to prompt {answers[i].PromptId}, that of dsft to {dsft[i].PromptId}; keep the order of the held-out file.");
            }
        }
    }
}
