using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr status</c>: what the store holds.</summary>
public static class StatusCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("status", "Show the stages in the store and the runs that made them.");
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var folders = environment.Folders;
            var manifests = StoredManifests.Readable(folders);
            var used = new LatestRecord(environment.OpenStore()).Fingerprints();
            var bytes = FolderSize.Of(folders.Objects);
            var arriving = FolderSize.Of(folders.Arriving) + FolderSize.Of(folders.Incoming);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["store"] = folders.Store,
                    ["bytes"] = bytes,
                    ["unfinished_bytes"] = FolderSize.Of(folders.Work),
                    ["arriving_bytes"] = arriving,
                    ["quarantine_bytes"] = FolderSize.Of(folders.Quarantine),
                    ["stages"] = new JsonArray([.. manifests.Select(manifest => new JsonObject
                    {
                        ["stage"] = manifest.Key.Stage,
                        ["fingerprint"] = manifest.Key.Fingerprint,
                        ["experiment"] = manifest.Experiment,
                        ["run_id"] = manifest.ParentRunId,
                        ["started_at"] = manifest.StartedAt.ToString("O"),
                        ["seconds"] = manifest.Seconds,
                        ["bytes"] = manifest.Outputs.Sum(output => output.Size),
                        ["in_use"] = used.Contains(manifest.Key.Fingerprint),
                    })]),
                });
                return Task.FromResult(ZephyrCommandLine.Success);
            }

            new TextTable("stage", "fingerprint", "experiment", "run", "started", "seconds", "size", "in use")
                .AddRange(manifests.Select(manifest => new[]
                {
                    manifest.Key.Stage, manifest.Key.Fingerprint[..12], manifest.Experiment, manifest.ParentRunId[..8],
                    manifest.StartedAt.ToString("u"), manifest.Seconds.ToString("0.0"), ByteCount.Text(manifest.Outputs.Sum(output => (decimal)output.Size)), used.Contains(manifest.Key.Fingerprint) ? "yes" : "no",
                }))
                .Write(environment.Out);
            environment.Out.WriteLine($"{manifests.Count} stages, {ByteCount.Text(bytes)} in {folders.Store}");
            foreach (var (name, more) in new[]
            {
                ("checkpoints of unfinished stages", FolderSize.Of(folders.Work)),
                ("on their way here, or left by a process that was killed on the way (zephyr gc removes that)", arriving),
                ("quarantine", FolderSize.Of(folders.Quarantine)),
            }.Where(static item => item.Item2 > 0))
            {
                environment.Out.WriteLine($"{name}: {ByteCount.Text(more)}");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
