using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Sweeps;

/// <summary>Reads the figures of a sweep's members and keeps their common table beside the experiments.</summary>
/// <param name="store">The store.</param>
public sealed class SweepReport(ArtifactStore store)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the figures of those members whose <c>evaluate</c> stage has a result.</summary>
    /// <param name="members">Each member with its stages.</param>
    /// <returns>The results; null when this is no sweep, or nothing was evaluated.</returns>
    public static SweepResults? Read(IEnumerable<(Experiment Experiment, IReadOnlyList<StageResult> Stages)> members)
    {
        var evaluated = new List<(SweepMember, EvaluationResults)>();
        foreach (var (experiment, stages) in members)
        {
            if (experiment.Sweep is { } place
                && stages.FirstOrDefault(stage => stage.Name == StageFiles.Evaluate)?.Folder is { } folder
                && Path.Combine(folder, StageFiles.Evaluation) is var file && File.Exists(file))
            {
                evaluated.Add((place, EvaluationJson.Deserialize(File.ReadAllText(file), file)));
            }
        }

        return SweepResults.Of(evaluated);
    }

    /// <summary>Writes <c>sweep.md</c> and <c>sweep.json</c> into the folder of the experiment as a whole.</summary>
    /// <param name="results">The results.</param>
    /// <returns>Path of the table.</returns>
    public string Write(SweepResults results)
    {
        var folder = Path.Combine(store.Folders.Experiments, results.Experiment);
        var table = Path.Combine(folder, "sweep.md");
        store.WriteWhole(table, Encoding.UTF8.GetBytes(new SweepTable(results).Markdown()));
        store.WriteWhole(Path.Combine(folder, "sweep.json"), Encoding.UTF8.GetBytes(results.ToJson().ToJsonString(s_indented) + "\n"));
        return table;
    }
}
