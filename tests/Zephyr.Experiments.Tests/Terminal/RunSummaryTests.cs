using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Reporting;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Terminal;

public sealed class RunSummaryTests
{
    private static readonly EvaluationResults s_figures = InventedReport.Sample().Evaluation;

    [Fact]
    public void The_table_is_the_same_from_the_report_as_from_the_figures()
    {
        using var folder = new TempFolder();
        var evaluate = Stage(folder.Path, StageFiles.Evaluate, StageFiles.Evaluation, EvaluationJson.Serialize(s_figures));
        var report = Stage(folder.Path, StageFiles.Report, StageFiles.ReportMarkdown, ResultTable.Markdown(s_figures));
        var fromFigures = Table(evaluate);
        fromFigures.ShouldContain("3.70 [3.65, 3.75]");
        Table(report).ShouldBe(fromFigures);
        Table(evaluate, report).ShouldBe(fromFigures);
    }

    [Fact]
    public void A_report_with_other_columns_leaves_the_table_to_the_figures()
    {
        using var folder = new TempFolder();
        var evaluate = Stage(folder.Path, StageFiles.Evaluate, StageFiles.Evaluation, EvaluationJson.Serialize(s_figures));
        var report = Stage(folder.Path, StageFiles.Report, StageFiles.ReportMarkdown, "| model | score |\n| :-- | --: |\n| dDPO | 1 |\n");
        Table(evaluate, report).ShouldBe(Table(evaluate));
        Table(report).ShouldBeEmpty();
    }

    [Fact]
    public void Cells_with_a_vertical_line_are_read_back_whole()
    {
        var named = s_figures with { Models = [s_figures.Models[0] with { Name = "a | b|" }] };
        ResultTable.ReadMarkdown(ResultTable.Markdown(named)).ShouldNotBeNull()[0][0].ShouldBe("a | b|");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no table\n")]
    [InlineData("| model |\n")]
    public void A_text_that_is_no_such_table_has_no_rows(string text) => ResultTable.ReadMarkdown(text).ShouldBeNull();

    private static StageResult Stage(string root, string stage, string file, string text)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, stage)).FullName;
        File.WriteAllText(Path.Combine(folder, file), text);
        return new StageResult(stage, StageStatus.Cached, "", 0, null, folder, null);
    }

    // The lines up to the empty one after the table; what follows names folders.
    private static string Table(params StageResult[] stages)
    {
        using var output = new StringWriter();
        RunSummary.Write(output, "tiny", stages, "tracking");
        return string.Join('\n', output.ToString().Split('\n').SkipWhile(line => !line.StartsWith("experiment", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0));
    }
}
