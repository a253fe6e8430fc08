using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using static Zephyr.Experiments.Reporting.HtmlText;

namespace Zephyr.Experiments.Reporting;

/// <summary>Answers of every model to the same held-out prompts, side by side.</summary>
internal static class SampleSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="results">The figures with their examples.</param>
    /// <returns>The section; null when there are no examples.</returns>
    public static XElement? Build(EvaluationResults results) => results.Examples.Count == 0
        ? null
        : HtmlReport.Section("samples", "Sample answers", results.Examples
            .GroupBy(answer => answer.PromptId, StringComparer.Ordinal)
            .Select(prompt => E("article.sample",
                E("p.question", E("span.skill", prompt.First().Skill), E("span", prompt.First().Question)),
                E("div.answers", prompt.Select(Answer)))));

    private static XElement Answer(JudgedAnswer answer) => E("div.answer." + ModelLabels.Color(answer.Model),
        E("h4", ModelLabels.Label(answer.Model), E("b", A("title", answer.Scores.Rationale), Fixed(answer.Scores.Overall))),
        E("p", answer.Answer.Length == 0 ? E("em.dim", "no answer") : answer.Answer,
            answer.Cut ? E("em.dim", " (cut at the token limit)") : null));
}
