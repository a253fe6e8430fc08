using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Json;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>What the process of a stage is asked for: one line of JSON on its standard input, which stays open while it is to go on.</summary>
/// <param name="Repository">Root of the repository.</param>
/// <param name="Experiment">Path of the frozen experiment.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Fingerprint">Fingerprint that the stage has to have there, too.</param>
/// <param name="Lock">Lock to hold while anything is written.</param>
/// <param name="Threads">Threads for tensor operations.</param>
/// <param name="Inputs">Folder and hash of the output of every stage it depends on.</param>
/// <param name="Output">Folder to write to.</param>
/// <param name="Checkpoints">Folder for checkpoints.</param>
internal sealed record StageRequest(
    string Repository,
    string Experiment,
    string Stage,
    string Fingerprint,
    string Lock,
    int Threads,
    IReadOnlyDictionary<string, StageRequestInput> Inputs,
    string Output,
    string Checkpoints)
{
    /// <summary>Freezes the experiment in a file and makes the request.</summary>
    /// <param name="work">The stage and all it needs.</param>
    /// <param name="folder">Folder for the frozen experiment.</param>
    /// <param name="output">Folder to write to.</param>
    /// <param name="threads">Threads for tensor operations.</param>
    /// <returns>The request.</returns>
    public static StageRequest Create(StageWork work, string folder, string output, int threads)
    {
        var experiment = Path.Combine(folder, "experiment.yaml");
        File.WriteAllText(experiment, ResolvedWriter.Yaml(work.Experiment with { Name = work.Stage.Name }));
        return new StageRequest(
            Path.GetDirectoryName(work.Folders.Artifacts)!,
            experiment,
            work.Stage.Name,
            work.Key.Fingerprint,
            work.Folders.Lock($"work-{work.Key.Fingerprint}"),
            threads,
            work.Inputs.ToDictionary(
                input => input.Key, input => new StageRequestInput(work.Context.Input(input.Key), input.Value.OutputsHash), StringComparer.Ordinal),
            output,
            work.Context.Checkpoints);
    }

    /// <summary>The request as one line.</summary>
    /// <returns>The line.</returns>
    public string Write() => new JsonObject
    {
        ["repository"] = Repository,
        ["experiment"] = Experiment,
        ["stage"] = Stage,
        ["fingerprint"] = Fingerprint,
        ["lock"] = Lock,
        ["threads"] = Threads,
        ["inputs"] = new JsonObject(Inputs.Select(input => KeyValuePair.Create(
            input.Key, (JsonNode?)new JsonObject { ["folder"] = input.Value.Folder, ["hash"] = input.Value.Hash }))),
        ["output"] = Output,
        ["checkpoints"] = Checkpoints,
    }.ToJsonString();

    /// <summary>Reads a request.</summary>
    /// <param name="line">What <see cref="Write"/> wrote.</param>
    /// <returns>The request.</returns>
    public static StageRequest Read(string line)
    {
        var json = JsonNode.Parse(line)!;
        return new StageRequest(
            (string)json["repository"]!,
            (string)json["experiment"]!,
            (string)json["stage"]!,
            (string)json["fingerprint"]!,
            (string)json["lock"]!,
            (int)json["threads"]!,
            json["inputs"]!.AsObject().ToDictionary(
                input => input.Key, input => new StageRequestInput((string)input.Value!["folder"]!, (string)input.Value["hash"]!), StringComparer.Ordinal),
            (string)json["output"]!,
            (string)json["checkpoints"]!);
    }
}

/// <summary>Output of a stage before.</summary>
/// <param name="Folder">Where it is shown.</param>
/// <param name="Hash">Hash of its content.</param>
internal sealed record StageRequestInput(string Folder, string Hash);

/// <summary>Writes what a stage tells as lines of JSON, one object a call.</summary>
/// <param name="output">Where to.</param>
internal sealed class MessageReporter(TextWriter output) : IStageReporter
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Begin(string task, long totalSteps) => Send(new JsonObject { ["begin"] = task, ["total"] = totalSteps });

    /// <inheritdoc/>
    public void Step(long step, IReadOnlyDictionary<string, double> metrics) => Send(new JsonObject
    {
        ["step"] = step,
        ["metrics"] = new JsonObject(metrics.Select(pair => KeyValuePair.Create(pair.Key, StageManifest.Number(pair.Value)))),
    });

    /// <inheritdoc/>
    public void Count(string name, long value) => Send(new JsonObject { ["count"] = name, ["value"] = value });

    /// <inheritdoc/>
    public void Metric(string name, double value) => Send(new JsonObject { ["metric"] = name, ["value"] = StageManifest.Number(value) });

    /// <inheritdoc/>
    public void Note(string message) => Send(new JsonObject { ["note"] = message });

    /// <summary>Tells how the stage ended: the last message.</summary>
    /// <param name="end">How.</param>
    public void End(StageEnd end) => Send(new JsonObject
    {
        ["end"] = end.Status,
        ["message"] = end.Message,
        ["detail"] = end.Detail,
        ["environment"] = new JsonObject(end.Environment.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    });

    /// <summary>Passes a message on.</summary>
    /// <param name="line">The line.</param>
    /// <param name="reporter">Takes what the stage tells.</param>
    /// <returns>How the stage ended, when the message says so; else null.</returns>
    /// <exception cref="JsonException">The line is no such message: a library wrote to standard output.</exception>
    public static StageEnd? Pass(string line, IStageReporter reporter)
    {
        if (JsonNode.Parse(line) is not JsonObject json)
        {
            throw new JsonException("no object");
        }

        switch (json.Select(static pair => pair.Key).FirstOrDefault())
        {
            case "begin":
                reporter.Begin((string)json.Member("begin")!, (long)json.Member("total"));
                return null;
            case "step":
                reporter.Step((long)json.Member("step"), json.Member("metrics").AsObject().ToDictionary(pair => pair.Key, pair => StageManifest.Number(pair.Value ?? throw new FormatException($"{pair.Key} has no value")), StringComparer.Ordinal));
                return null;
            case "count":
                reporter.Count((string)json.Member("count")!, (long)json.Member("value"));
                return null;
            case "metric":
                reporter.Metric((string)json.Member("metric")!, StageManifest.Number(json.Member("value")));
                return null;
            case "note":
                reporter.Note((string)json.Member("note")!);
                return null;
            case "end":
                return new StageEnd((string)json.Member("end")!, (string?)json["message"], (string?)json["detail"])
                {
                    Environment = json.Member("environment").AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal),
                };
            default:
                throw new JsonException("an unknown message");
        }
    }

    private void Send(JsonObject message)
    {
        lock (_gate)
        {
            output.WriteLine(message.ToJsonString());
            output.Flush();
        }
    }
}

/// <summary>How the process of a stage ended.</summary>
/// <param name="Status"><see cref="Done"/>, <see cref="Failed"/> or <see cref="Stopped"/>.</param>
/// <param name="Message">What went wrong, for the user; null when nothing did.</param>
/// <param name="Detail">The same for the log.</param>
internal sealed record StageEnd(string Status, string? Message = null, string? Detail = null)
{
    /// <summary>Every output is written.</summary>
    public const string Done = "done";

    /// <summary>It failed.</summary>
    public const string Failed = "failed";

    /// <summary>It stopped at a checkpoint.</summary>
    public const string Stopped = "stopped";

    /// <summary>Hardware and libraries it computed with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
