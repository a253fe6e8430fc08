using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Sweeps;

namespace Zephyr.Experiments.Commands;

/// <summary>The JSON documents of <c>--json</c>.</summary>
public static class JsonOutput
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a document.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="document">The document.</param>
    public static void Write(TextWriter output, JsonNode document) => output.WriteLine(document.ToJsonString(s_indented));

    /// <summary>A value in one line.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The line.</returns>
    public static string Line(JsonNode value) => value.ToJsonString(s_line);

    /// <summary>A plan.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="decisions">Its stages.</param>
    /// <param name="estimates">Tells how long stages take.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Plan(string experiment, IReadOnlyList<StageDecision> decisions, DurationEstimates estimates) => new()
    {
        ["experiment"] = experiment,
        ["stages"] = new JsonArray([.. decisions.Select(decision => new JsonObject
        {
            ["name"] = decision.Stage.Name,
            ["dependsOn"] = new JsonArray([.. decision.Stage.DependsOn.Select(name => (JsonNode?)name)]),
            ["fingerprint"] = decision.Fingerprint,
            ["status"] = decision.Status,
            ["reason"] = decision.Reason,
            ["version"] = decision.Stage.Version,
            ["frozen"] = decision.IsFrozen,
            ["seconds"] = estimates.Seconds(decision) is { } seconds ? Math.Round(seconds, 3) : null,
        })]),
        ["time"] = Time(estimates.Sum(decisions)),
    };

    /// <summary>The time of a plan.</summary>
    /// <param name="time">The time.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Time(PlannedTime time) => new()
    {
        ["saved_seconds"] = Math.Round(time.Saved, 3),
        ["to_spend_seconds"] = Math.Round(time.ToSpend, 3),
        ["unknown"] = new JsonArray([.. time.Unknown.Select(name => (JsonNode?)name)]),
    };

    /// <summary>A run.</summary>
    /// <param name="run">The run.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Run(RunResult run) => new()
    {
        ["experiment"] = run.Experiment,
        ["run_id"] = run.RunId,
        ["status"] = run.Status.ToString().ToLowerInvariant(),
        ["stages"] = new JsonArray([.. run.Stages.Select(stage => new JsonObject
        {
            ["name"] = stage.Name,
            ["status"] = stage.Status.ToString().ToLowerInvariant(),
            ["seconds"] = Math.Round(stage.Seconds, 3),
            ["reason"] = stage.Reason,
            ["frozen"] = stage.IsFrozen,
            ["fingerprint"] = stage.Manifest?.Key.Fingerprint,
            ["folder"] = stage.Folder,
            ["outputs"] = StageManifest.OutputsJson(stage.Outputs),
            ["error"] = stage.Error,
        })]),
        ["results"] = Results(run.Stages),
    };

    /// <summary>Figures and counts of stages, by stage.</summary>
    /// <param name="stages">The stages.</param>
    /// <returns>A new object: <c>{stage: {metrics: {}, counts: {}}}</c>.</returns>
    public static JsonObject Results(IEnumerable<StageResult> stages) => new(stages
        .Where(stage => stage.Manifest is not null)
        .Select(stage => KeyValuePair.Create(stage.Name, (JsonNode?)new JsonObject
        {
            ["metrics"] = new JsonObject(stage.Manifest!.Metrics.Select(pair => KeyValuePair.Create(pair.Key, StageManifest.Number(pair.Value)))),
            ["counts"] = new JsonObject(stage.Manifest.Counts.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        })));

    /// <summary>One document for an experiment, or for a sweep: the stages of all members in one, and each member under <c>members</c>.</summary>
    /// <param name="name">Name of the experiment as a whole.</param>
    /// <param name="members">Documents of the members.</param>
    /// <param name="order">Statuses from the one that decides to the one that matters least.</param>
    /// <param name="sweep">Figures of all members, when they were evaluated.</param>
    /// <returns>The document.</returns>
    public static JsonObject Combine(string name, IReadOnlyList<JsonObject> members, IReadOnlyList<string> order, SweepResults? sweep = null)
    {
        if (members.Count == 1)
        {
            return members[0];
        }

        // The stage shown for all members is that of the member whose status decides: one that runs before one that is cached.
        // Members may have different optional stages; the one with most of them gives the order.
        var whole = members[0].DeepClone().AsObject();
        whole["experiment"] = name;
        var names = members.OrderByDescending(member => member["stages"]!.AsArray().Count)
            .SelectMany(member => member["stages"]!.AsArray().Select(stage => (string)stage!["name"]!)).Distinct(StringComparer.Ordinal);
        whole["stages"] = new JsonArray([.. names.Select(stage => members
            .SelectMany(member => member["stages"]!.AsArray().OfType<JsonObject>().Where(candidate => (string)candidate["name"]! == stage))
            .OrderBy(Rank).First().DeepClone())]);
        whole["members"] = new JsonArray([.. members]);
        if (sweep is not null)
        {
            whole["sweep"] = sweep.ToJson();
        }

        return whole;

        int Rank(JsonObject stage)
        {
            var place = order.ToList().IndexOf((string)stage["status"]!);
            return place < 0 ? order.Count : place;
        }
    }
}
