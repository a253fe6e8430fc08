using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Archives;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr import</c>: reads an archive of a run into the store.</summary>
public static class ImportCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("import", "Read an archive that zephyr export wrote into the store. Everything in it is checked before anything is kept.");
        var archive = new Argument<string>("file") { Description = "the archive" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Arguments.Add(archive);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            store.Files.CreateFolder(store.Folders.Locks);
            using var shared = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
            var imported = new RunArchiveReader(store).Import(Path.GetFullPath(parsed.GetRequiredValue(archive), environment.CurrentFolder), cancellationToken);
            var name = imported.Contents.Experiment;
            var experiment = File.Exists(Path.Combine(environment.Repository, "experiments", name + ".yaml")) ? name : imported.Resolved;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["experiment"] = name,
                    ["stages"] = new JsonArray([.. imported.Results.Select(result => new JsonObject
                    {
                        ["name"] = result.Key.Stage, ["fingerprint"] = result.Key.Fingerprint, ["added"] = imported.Added.Contains(result),
                    })]),
                    ["resolved"] = imported.Resolved,
                });
                return ZephyrCommandLine.Success;
            }

            await environment.Out.WriteLineAsync($"{imported.Results.Count} stages of {name} checked, {imported.Added.Count} of them new here");
            if (experiment is not null)
            {
                await environment.Out.WriteLineAsync($"to see them as cached: zephyr plan --experiment {experiment}");
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
