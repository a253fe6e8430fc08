using System.Text.Json.Nodes;
using Zephyr.Core.Memory;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr plan --memory</c>: the predicted peak of each stage beside what a device has.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="available">Bytes of the device.</param>
/// <param name="known">What is known beside the settings.</param>
/// <param name="measured">What stages took in earlier runs.</param>
internal sealed class PlanMemory(Experiment experiment, long available, MemoryFacts known, MeasuredMemory measured)
{
    private readonly IReadOnlyList<StageMemory> _stages = StageMemory.Predict(experiment.Settings, known);

    /// <summary>Whether every stage fits.</summary>
    public bool Fits => _stages.All(IsFitting);

    /// <summary>The prediction as JSON: one object a stage.</summary>
    /// <returns>A new array.</returns>
    public JsonArray Json() => new([.. _stages.Select(stage => new JsonObject
    {
        ["name"] = stage.Stage,
        ["program_bytes"] = stage.Estimate.Program,
        ["weights_bytes"] = stage.Estimate.Weights,
        ["optimizer_bytes"] = stage.Estimate.Optimizer,
        ["gradients_bytes"] = stage.Estimate.Gradients,
        ["activations_bytes"] = stage.Estimate.Activations,
        ["passing_bytes"] = stage.Estimate.Passing,
        ["holes_bytes"] = stage.Estimate.Holes,
        ["total_bytes"] = stage.Estimate.Total,
        ["measured_bytes"] = Measured(stage),
        ["fits"] = IsFitting(stage),
        ["change"] = IsFitting(stage) ? null : Change(stage) is { } changes ? new JsonArray([.. changes.Select(change => (JsonNode?)change)]) : null,
    })]);

    /// <summary>Writes the prediction as a table, and for each stage that does not fit the settings to change.</summary>
    /// <param name="output">Where to.</param>
    public void Write(TextWriter output)
    {
        output.WriteLine($"experiment {experiment.Name}: predicted peak memory; the device has {ByteSize.Text(available)}");
        new TextTable("stage", "program", "weights", "optimizer", "gradients", "activations", "passing", "holes", "total", "last run", "")
            .AddRange(_stages.Select(stage => (string[])
            [
                stage.Stage, .. Parts(stage.Estimate).Select(ByteSize.Text), Measured(stage) is { } bytes ? ByteSize.Text(bytes) : "–", IsFitting(stage) ? "fits" : "does not fit",
            ]))
            .Write(output);
        output.WriteLine(known.LongestPair is { } longest
            ? $"the longest preference pair has {longest} tokens (tokenize.max_preference_length {experiment.Settings.Tokenize.MaxPreferenceLength})"
            : $"preference pairs are taken to be as long as tokenize.max_preference_length allows, {experiment.Settings.Tokenize.MaxPreferenceLength} tokens: how long they are is known once tokenize has run");
        foreach (var stage in _stages.Where(stage => !IsFitting(stage)))
        {
            output.WriteLine(Change(stage) is { } changes
                ? $"{stage.Stage} does not fit. It would with {string.Join(' ', changes.Select(change => string.Join(' ', change.Split(' ').Select(setting => "--set " + setting))))}"
                : $"{stage.Stage} does not fit whatever its batch, optimizer or adapters are: the weights alone take {ByteSize.Text(stage.Estimate.Weights)}. Take a smaller model or a larger device.");
        }
    }

    private static long[] Parts(MemoryEstimate estimate) =>
        [estimate.Program, estimate.Weights, estimate.Optimizer, estimate.Gradients, estimate.Activations, estimate.Passing, estimate.Holes, estimate.Total];

    private long? Measured(StageMemory stage) => measured.Peak(stage.Stage, known.OnDevice);

    private bool IsFitting(StageMemory stage) => stage.Estimate.Total <= available;

    private IReadOnlyList<string>? Change(StageMemory stage) => MemoryRemedy.Find(experiment.Settings, stage.Stage, available, known);
}
