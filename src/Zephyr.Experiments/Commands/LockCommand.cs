using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr lock</c>: settles every address of an experiment and writes its lock.</summary>
public static class LockCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, variables.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "lock",
            "Ask the hub which commit and files each hf:// and https:// address of the experiment stands for now, and write commits, sizes and hashes to "
            + "NAME.lock.json beside the experiment file. Commit that file: plan and run then need no network to know what to use, and every machine uses the same. "
            + "Run lock again to take over what has changed on the hub.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var offline = OfflineArgument.Create();
        command.Options.Add(offline);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var members = experiment.Load(parsed, environment);
            var path = LockFile.PathOf(members[0].File);
            var settings = members.SelectMany(static member => SourcePins.Settings(member.Resolved)).DistinctBy(static setting => setting.Source).ToList();
            if (settings.Count == 0)
            {
                throw new ZephyrException($"{members[0].File}: no setting is an hf:// or https:// address, so there is nothing to lock.");
            }

            using var fetcher = environment.Sources(parsed.GetValue(offline));
            var before = LockFile.Read(path);
            var pins = new List<SourcePin>();
            foreach (var setting in settings)
            {
                pins.Add(await fetcher.ResolveAsync(setting.Source, cancellationToken));
            }

            LockFile.Write(path, pins);
            if (experiment.Json(parsed))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["lock"] = path, ["sources"] = new JsonArray([.. pins.Select(static pin => pin.ToJson())]) });
                return ZephyrCommandLine.Success;
            }

            foreach (var pin in pins)
            {
                var old = before.FirstOrDefault(other => other.Source == pin.Source);
                var change = old is null ? "new" : old.ContentHash == pin.ContentHash ? "unchanged" : $"was {old.Commit ?? "another file"}";
                await environment.Out.WriteLineAsync(
                    $"{pin.Source.Text}  {pin.Commit ?? pin.Files[0].Hash}  {pin.Files.Count} {(pin.Files.Count == 1 ? "file" : "files")}, {ByteCount.Text(pin.Files.Sum(static file => (decimal)file.Size))}  ({change})");
            }

            await environment.Out.WriteLineAsync($"written to {path}");
            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
