using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Judging;

namespace Zephyr.Experiments.Stages;

/// <summary>What the stages of judged benchmarks have in common: models in process, one after the other, and one file of figures.</summary>
internal static class JudgedBenchmark
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The settings that such a stage reads.</summary>
    /// <param name="section">Its section.</param>
    /// <returns>Dotted prefixes.</returns>
    public static IReadOnlyList<string> Settings(string section) => [section, "model.dtype", ComputeDevice.Setting, "model.threads"];

    /// <summary>The stages that such a stage reads.</summary>
    /// <param name="models">The models that are judged.</param>
    /// <returns>Names of stages.</returns>
    public static IReadOnlyList<string> DependsOn(IReadOnlyList<JudgedModel> models) => [.. models.Select(JudgedModels.Stage).Distinct(StringComparer.Ordinal)];

    /// <summary>Has each model answer and be judged, and writes the figures of all.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="models">The models.</param>
    /// <param name="budget">What may be spent.</param>
    /// <param name="run">Prepares the evaluation.</param>
    /// <param name="file">Name of the file of figures.</param>
    /// <param name="cancellationToken">Stops; what is answered and judged stays.</param>
    /// <returns>A task that ends when everything is written.</returns>
    public static async Task RunAsync(
        StageContext context, IReadOnlyList<TestedFolder> models, double? budget, Func<AskingSession, IBenchmarkRun> run, string file, CancellationToken cancellationToken)
    {
        var services = context.Endpoints ?? throw new ZephyrException($"The stage {context.Stage} asks models, but nothing here can ask them.");
        var device = ComputeDevice.Use(context);
        var counts = new StageCounts(context);
        var figures = new JsonObject();
        await using var session = new AskingSession(context.Settings.Model, services, budget, $"{context.Stage}.budget");
        var benchmark = run(session);
        var asked = models.Select(model => (model.Label, Asked: session.Models.Open(new EndpointConnection { Folder = model.Folder }, isFolder: true, context.Stage))).ToList();
        if (session.HasBudget)
        {
            foreach (var (label, endpoint) in asked)
            {
                context.Reporter.Note($"{label}: {await benchmark.ForecastAsync(endpoint, label)}");
            }
        }

        try
        {
            foreach (var (label, endpoint) in asked)
            {
                figures[label] = await benchmark.RunAsync(endpoint, label, context.Output, cancellationToken);
                Count(counts, label, figures[label]!.AsObject());

                // Its weights make room for those of the next.
                await endpoint.Endpoint.DisposeAsync();
            }
        }
        finally
        {
            // Of this run alone, and so told but not part of the output.
            session.Record(context.Reporter);
        }

        ComputeDevice.RecordMemory(context, device);
        File.WriteAllText(Path.Combine(context.Output, file), new JsonObject { ["models"] = figures }.ToJsonString(s_indented) + "\n");
        counts.Write();
    }

    private static void Count(StageCounts counts, string label, JsonObject document)
    {
        foreach (var part in new[] { "answering", "judging", "second_judging" })
        {
            foreach (var (name, value) in document[part]?.AsObject() ?? [])
            {
                counts.Set($"{label}.{part}.{name}", (long)value!.AsValue().GetValue<int>());
            }
        }
    }
}

/// <summary>A benchmark that is ready to judge models.</summary>
internal interface IBenchmarkRun
{
    /// <summary>Bounds what judging a model can cost.</summary>
    /// <param name="model">The model.</param>
    /// <param name="label">Its name.</param>
    /// <returns>The forecast.</returns>
    Task<CostForecast> ForecastAsync(AskedModel model, string label);

    /// <summary>Has a model answer and be judged.</summary>
    /// <param name="model">The model.</param>
    /// <param name="label">Its name.</param>
    /// <param name="folder">Where answers and judgments are written.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The figures, with the counts <c>answering</c> and <c>judging</c>.</returns>
    Task<JsonObject> RunAsync(AskedModel model, string label, string folder, CancellationToken cancellationToken);
}
