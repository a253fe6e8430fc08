using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>Answers of every model to the same held-out prompts, side by side.</summary>
internal static class SampleSection
{
    private const int Shown = 4;

    /// <summary>Builds the section: the first prompts of different skills at once, the others on demand; buttons show one skill.</summary>
    /// <param name="results">The figures with their examples.</param>
    /// <returns>The section; null when there are no examples.</returns>
    public static XElement? Build(EvaluationResults results)
    {
        if (results.Examples.Count == 0)
        {
            return null;
        }

        // The first prompt of every skill, then the second: what is seen at once is varied.
        var prompts = results.Examples.GroupBy(answer => answer.PromptId, StringComparer.Ordinal).Select(group => group.ToList())
            .GroupBy(prompt => prompt[0].Skill, StringComparer.Ordinal)
            .SelectMany(skill => skill.Select((prompt, i) => (Rank: i, Prompt: prompt)))
            .OrderBy(entry => entry.Rank).Select(entry => entry.Prompt).ToList();
        var skills = prompts.Select(prompt => prompt[0].Skill).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return Tables.Section("samples", "Sample answers",
            skills.Count < 2 ? null : E("p.controls.chips",
                skills.Prepend("").Select(skill => E("button", A("type", "button"), A("data-show", skill), A("aria-pressed", skill.Length == 0 ? "true" : "false"), skill.Length == 0 ? "all" : ModelLabels.Words(skill)))),
            prompts.Take(Shown).Select(Sample),
            prompts.Count <= Shown ? null : E("details.more",
                E("summary", $"{Whole(prompts.Count - Shown)} more prompts"),
                prompts.Skip(Shown).Select(Sample)));
    }

    private static XElement Sample(List<JudgedAnswer> answers) => E("article.sample", A("data-skill", answers[0].Skill),
        E("p.question", E("span.skill", ModelLabels.Words(answers[0].Skill)), E("span", answers[0].Question)),
        E("div.answers", answers.Select(Answer)));

    private static XElement Answer(JudgedAnswer answer) => E("div.answer." + ModelLabels.Color(answer.Model),
        E("h4", ModelLabels.Label(answer.Model), E("b", A("title", answer.Scores.Rationale), Fixed(answer.Scores.Overall))),
        E("p.text", answer.Answer.Length == 0 ? E("em.dim", "no answer") : answer.Answer,
            answer.Cut ? E("em.dim", " (cut at the token limit)") : null),
        answer.Scores.Rationale.Length == 0 ? null : E("p.dim", answer.Scores.Rationale));
}
