using Zephyr.Core.Randomness;

namespace Zephyr.Core.Feedback;

/// <summary>A teacher as the plan of completions sees it.</summary>
/// <param name="Name">Its name, unique among the teachers.</param>
/// <param name="Principles">The principles it may be given, one or more.</param>
public sealed record TeacherProfile(string Name, IReadOnlyList<Principle> Principles);

/// <summary>One completion that is to be asked for.</summary>
/// <param name="Slot">Its place among the completions of the prompt, from 0.</param>
/// <param name="Teacher">Index of the teacher.</param>
/// <param name="Principle">What the teacher is asked to care about.</param>
/// <param name="SystemMessage">The words for it; empty for none.</param>
/// <param name="Seed">Seed of the sampling, from 0 to 2^31 - 1, which every server takes.</param>
public sealed record PlannedCompletion(int Slot, int Teacher, Principle Principle, string SystemMessage, int Seed);

/// <summary>
/// Which teachers answer a prompt, and under which principles. The choice depends on the seed and the prompt alone. Teachers are
/// drawn without repetition until all have been drawn once, and a teacher drawn again gets another principle as long as it has one.
/// </summary>
public static class CompletionPlan
{
    /// <summary>Plans the completions of a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="teachers">The teachers, at least one.</param>
    /// <param name="completions">How many completions are wanted.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <returns>The completions in slot order.</returns>
    public static IReadOnlyList<PlannedCompletion> For(FeedbackPrompt prompt, IReadOnlyList<TeacherProfile> teachers, int completions, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(teachers);
        var random = new SeededRandom(seed, "feedback/plan/" + prompt.Id);
        var principles = teachers.Select(teacher =>
        {
            var order = teacher.Principles.ToArray();
            random.Shuffle<Principle>(order);
            return order;
        }).ToArray();
        var planned = new List<PlannedCompletion>(completions);
        while (planned.Count < completions)
        {
            var round = planned.Count / teachers.Count;
            foreach (var teacher in random.Permutation(teachers.Count).Take(completions - planned.Count))
            {
                var principle = principles[teacher][round % principles[teacher].Length];
                var texts = PrincipleTexts.Of(principle);
                var text = texts[random.NextInt(texts.Count)];
                planned.Add(new PlannedCompletion(planned.Count, teacher, principle, text, random.NextInt(int.MaxValue)));
            }
        }

        return planned;
    }
}
