using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr gc</c>: removes what no experiment's last run used.</summary>
public static class GcCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("gc", "Remove from the store what no experiment's last run used: older configurations then have to run again.");
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would go and change nothing" };
        var noWait = new Option<bool>("--no-wait") { Description = "fail at once when a run is using the store" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(dryRun);
        command.Options.Add(noWait);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            store.Files.CreateFolder(store.Folders.Locks);
            using var alone = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: false, wait: !parsed.GetValue(noWait), environment.Clock, environment.Error.WriteLine, cancellationToken);
            var collector = new StoreCollector(store);
            var garbage = collector.Find();
            if (!parsed.GetValue(dryRun))
            {
                collector.Remove(garbage);
            }

            var bytes = garbage.Sum(item => item.Bytes);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["removed"] = !parsed.GetValue(dryRun),
                    ["bytes"] = bytes,
                    ["items"] = new JsonArray([.. garbage.Select(item => new JsonObject
                    {
                        ["path"] = Path.GetRelativePath(store.Folders.Store, item.Path),
                        ["bytes"] = item.Bytes,
                        ["reason"] = item.Reason,
                    })]),
                });
            }
            else
            {
                foreach (var item in garbage)
                {
                    environment.Out.WriteLine($"{Path.GetRelativePath(store.Folders.Store, item.Path)}  {item.Bytes} bytes  {item.Reason}");
                }

                environment.Out.WriteLine($"{(parsed.GetValue(dryRun) ? "would remove" : "removed")} {garbage.Count} items, {bytes} bytes");
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
