using System.Text.Json.Nodes;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr run --probe</c>: runs every stage again beside its stored result and tells which files differ.</summary>
internal static class RunProbe
{
    /// <summary>Probes experiments.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <param name="members">The experiments.</param>
    /// <param name="name">Name of the experiment as a whole.</param>
    /// <param name="target">Last stage; null for all.</param>
    /// <param name="json">Whether JSON was asked for.</param>
    /// <param name="offline">Whether only what is on this machine may be used.</param>
    /// <param name="display">Shows progress.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>Exit code: 1 when anything differs.</returns>
    public static async Task<int> RunAsync(
        CommandEnvironment environment, IReadOnlyList<Experiment> members, string name, string? target, bool json, bool offline, IRunDisplay display, CancellationToken cancellationToken)
    {
        var documents = new List<JsonNode>();
        var differs = false;
        foreach (var member in members)
        {
            var services = new RunServices(new NullRunTracker(), display, environment.Clock, ProcessEnvironment.Describe) { Sources = () => environment.Sources(offline) };
            var results = await new StageProbe(member, environment.OpenStore(), services).RunAsync(environment.Pipeline(member).UpTo(target), cancellationToken);
            differs |= results.Any(result => result.Differences.Count > 0);
            documents.Add(Document(member.Name, results));
            if (!json)
            {
                environment.Out.WriteLine($"experiment {member.Name}");
                new TextTable("stage", "files", "the same bytes")
                    .AddRange(results.Select(result => new[] { result.Stage, $"{result.Files}", result.Differences.Count == 0 ? "yes" : $"no: {string.Join("; ", result.Differences)}" }))
                    .Write(environment.Out);
            }
        }

        if (json)
        {
            JsonOutput.Write(environment.Out, documents.Count == 1 ? documents[0] : new JsonObject { ["experiment"] = name, ["members"] = new JsonArray([.. documents]) });
        }

        return differs ? ZephyrCommandLine.Failure : ZephyrCommandLine.Success;
    }

    private static JsonObject Document(string experiment, IReadOnlyList<ProbeResult> results) => new()
    {
        ["experiment"] = experiment,
        ["same"] = results.All(result => result.Differences.Count == 0),
        ["stages"] = new JsonArray([.. results.Select(result => new JsonObject
        {
            ["name"] = result.Stage,
            ["files"] = result.Files,
            ["differences"] = new JsonArray([.. result.Differences.Select(difference => new JsonObject
            {
                ["path"] = difference.Path,
                ["stored"] = difference.Stored,
                ["again"] = difference.Again,
            })]),
        })]),
    };
}
