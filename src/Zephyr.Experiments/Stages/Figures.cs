using System.Text.Json;
using Zephyr.Core;
using Zephyr.Core.Training;

namespace Zephyr.Experiments.Stages;

/// <summary>Final figures of a training stage: a small JSON object, and the metrics of the manifest.</summary>
internal static class Figures
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes figures as one JSON object, names in the order given.</summary>
    /// <param name="path">The file.</param>
    /// <param name="figures">The figures.</param>
    public static void Write(string path, IReadOnlyDictionary<string, double> figures)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, Indented);
        json.WriteStartObject();
        foreach (var (name, value) in figures)
        {
            json.WriteNumber(name, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads figures.</summary>
    /// <param name="path">A file written by <see cref="Write"/>.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">The file holds something else.</exception>
    public static IReadOnlyDictionary<string, double> Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.EnumerateObject().ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble(), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ZephyrException($"{path}: not an object of figures ({error.Message}). Run the stage again with --force.", error);
        }
    }

    /// <summary>Puts what a run reports into the manifest.</summary>
    /// <param name="reporter">The reporter of the stage.</param>
    /// <param name="counts">The counts of the stage.</param>
    /// <param name="prefix">Put before every name; empty for none.</param>
    /// <param name="summary">What the run reports.</param>
    public static void Report(IStageReporter reporter, StageCounts counts, string prefix, TrainingSummary summary)
    {
        counts.Set($"{prefix}steps", summary.Steps);
        counts.Set($"{prefix}tokens", summary.Tokens);
        if (summary.History.Count > 0)
        {
            reporter.Metric($"{prefix}loss", summary.History[^1]["loss"]);
        }

        foreach (var (name, value) in summary.Evaluation)
        {
            reporter.Metric(prefix + name, value);
        }
    }
}
