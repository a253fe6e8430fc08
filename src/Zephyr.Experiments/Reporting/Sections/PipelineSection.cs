using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>The stages and what they read. The page of a run has another in this place, with times: see <see cref="RunPage"/>.</summary>
internal static class PipelineSection
{
    /// <summary>Builds the section.</summary>
    /// <param name="stages">Stages, each after those it reads.</param>
    /// <returns>The section; null when there are none.</returns>
    public static XElement? Build(IReadOnlyList<ReportStage> stages) => stages.Count == 0
        ? null
        : Tables.Section("pipeline", "Pipeline", new XComment(RunPage.Begin), PipelinePicture.Draw(stages), new XComment(RunPage.End));
}
