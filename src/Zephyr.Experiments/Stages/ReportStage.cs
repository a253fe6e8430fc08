using Zephyr.Core.Evaluation;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;

namespace Zephyr.Experiments.Stages;

/// <summary>Writes the report: figures, curves, counts, settings and samples of the whole experiment.</summary>
internal sealed class ReportStage : IStage
{
    private readonly Func<IReadOnlyList<IStage>> _pipeline;

    /// <summary>Creates the stage.</summary>
    /// <param name="pipeline">The stages of the pipeline, for its picture.</param>
    /// <param name="optional">Optional stages of this experiment: those that train a model, feedback, and the judged benchmarks.</param>
    public ReportStage(Func<IReadOnlyList<IStage>> pipeline, IReadOnlyList<string> optional)
    {
        _pipeline = pipeline;
        DependsOn = [StageFiles.Download, StageFiles.Tokenize, StageFiles.Dsft, .. optional, StageFiles.Ddpo, StageFiles.Evaluate];

        // Their sections are in the key where they are used alone, so that reports of other experiments keep theirs.
        Settings =
        [
            "name", "model", "tokenizer", "data", .. optional.Where(static stage => stage is StageFiles.Feedback or StageFiles.MtBench or StageFiles.AlpacaEval),
            "tokenize", "dsft", "dsft2", "reference", "ddpo", "evaluate", "report",
        ];
    }

    /// <inheritdoc/>
    public string Name => StageFiles.Report;

    /// <inheritdoc/>
    public int Version => 7;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; }

    /// <inheritdoc/>
    public IReadOnlyList<StageLibrary> Libraries => ChartLibrary.Libraries;

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var figures = Path.Combine(context.Input(StageFiles.Evaluate), StageFiles.Evaluation);
        var evaluation = EvaluationJson.Deserialize(File.ReadAllText(figures), figures);
        var data = new ReportData(
            context.Settings.Report.Title ?? context.Settings.Name,
            evaluation,
            Curves(context),
            [.. DependsOn.SelectMany(stage => StageCounts.Read(context.Input(stage)).Select(count => new ReportCount(stage, count.Key, count.Value)))],
            [.. context.Resolved.Leaves().OfType<ResolvedValue>().Select(value => new ReportSetting(value.Key, value.Text, value.Origin.ToString()))],
            [.. _pipeline().Select(static stage => new Reporting.ReportStage(stage.Name, stage.DependsOn))],
            context.Settings.Report.Tried)
        {
            Parameters = ModelConfigurationFile.Load(Path.Combine(context.Input(StageFiles.Ddpo), StageFiles.Model)).ParameterCount,
            MtBench = [.. Written(MtBenchFigures.FileName).SelectMany(MtBenchFigures.Read)],
            AlpacaEval = [.. Written(AlpacaEvalFigures.FileName).SelectMany(AlpacaEvalFigures.Read)],
            Judges = [.. Written(MtBenchFigures.FileName).Concat(Written(AlpacaEvalFigures.FileName)).SelectMany(JudgeFigures.Read)],
        };
        HtmlReport.Write(data, Path.Combine(context.Output, StageFiles.ReportHtml));
        File.WriteAllText(Path.Combine(context.Output, StageFiles.ReportMarkdown), ResultTable.Markdown(evaluation));
        return Task.CompletedTask;

        // Benchmarks are optional: whichever stage wrote the file.
        IEnumerable<string> Written(string file) => DependsOn.Select(stage => Path.Combine(context.Input(stage), file)).Where(File.Exists);
    }

    private static List<TrainingCurves> Curves(StageContext context)
    {
        List<TrainingCurves> curves =
        [
            Curve(ModelNames.Dsft, Path.Combine(context.Input(StageFiles.Dsft), StageFiles.Curve)),
        ];
        if (context.Has(StageFiles.Dsft2))
        {
            curves.Add(Curve(ModelNames.Dsft2, Path.Combine(context.Input(StageFiles.Dsft2), StageFiles.Curve)));
        }

        curves.Add(Curve(ModelNames.Ddpo, Path.Combine(context.Input(StageFiles.Ddpo), StageFiles.Curve)));
        if (context.Settings.Ddpo.WithoutDsft)
        {
            curves.Add(Curve(ModelNames.DdpoWithoutDsft, Path.Combine(context.Input(StageFiles.Ddpo), StageFiles.CurveWithoutDsft)));
        }

        return curves;
    }

    private static TrainingCurves Curve(string stage, string path)
    {
        var history = TrainingCurve.Read(path);
        var names = history.SelectMany(step => step.Keys).Where(name => name != "step").Distinct(StringComparer.Ordinal);
        return new TrainingCurves(stage, [.. names.Select(name => new MetricSeries(
            name,
            [.. history.Where(step => step.ContainsKey(name)).Select(step => new MetricPoint((long)step["step"], step[name]))]))]);
    }
}
