using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Archives;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr export</c>: writes a run into one archive, or a model into one GGUF file.</summary>
public static class ExportCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "export",
            "Write a run into one archive that zephyr import replays elsewhere (manifests, files, the resolved experiment), or a model into one GGUF file for llama.cpp. The same source gives the same bytes.");
        var run = new Argument<string>("run") { Description = "name of an experiment that ran, for its last run, or the id of a run (or its first digits); with --format gguf a model's folder" };
        var to = new Option<string>("--to") { Description = "the file to write, such as run.zephyr (a tar file) or model.gguf", Required = true, HelpName = "FILE" };
        var gguf = new GgufArguments();
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Arguments.Add(run);
        command.Options.Add(to);
        command.Options.Add(json);
        gguf.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (gguf.IsAsked(parsed))
            {
                gguf.Write(parsed, parsed.GetRequiredValue(run), parsed.GetRequiredValue(to), parsed.GetValue(json), environment);
                return ZephyrCommandLine.Success;
            }

            var store = environment.OpenStore();
            store.Files.CreateFolder(store.Folders.Locks);
            using var shared = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
            var path = Path.GetFullPath(parsed.GetRequiredValue(to), environment.CurrentFolder);
            var selection = RunSelection.Find(store, parsed.GetRequiredValue(run));
            var contents = new RunArchiveWriter(store).Write(selection, path, cancellationToken);
            var bytes = new FileInfo(path).Length;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["archive"] = path,
                    ["bytes"] = bytes,
                    ["experiment"] = selection.Experiment,
                    ["stages"] = new JsonArray([.. selection.Results.Select(static result => new JsonObject { ["name"] = result.Key.Stage, ["fingerprint"] = result.Key.Fingerprint })]),
                    ["files"] = contents.Files.Count,
                });
                return ZephyrCommandLine.Success;
            }

            await environment.Out.WriteLineAsync($"{path}: {selection.Results.Count} stages of {selection.Experiment}, {contents.Files.Count} files, {ByteCount.Text(bytes)}");
            foreach (var input in selection.Results.SelectMany(static result => result.Key.Inputs)
                .Where(static input => !input.Source.StartsWith("stage:", StringComparison.Ordinal) && !RemoteSource.IsRemote(input.Source)).Distinct())
            {
                await environment.Out.WriteLineAsync($"not in it: {input.Name}, {input.Source} (SHA-256 {input.Sha256[..12]}…), which planning elsewhere needs too");
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
