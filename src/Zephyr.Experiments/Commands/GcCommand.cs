using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Collection;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr gc</c>: removes what no experiment's last run used; by experiment, age or size when told.</summary>
public static class GcCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "gc",
            "Remove from the store what no experiment's last run used: older configurations then have to run again. Results that a last run used stay; "
            + "drop an experiment with --experiment. Waits for runs that use the store.");
        var experiments = new Option<string[]>("--experiment") { Description = "drop this experiment: its records, its folder under artifacts/experiments and what only it used, and nothing else; may be repeated", DefaultValueFactory = _ => [], HelpName = "NAME" };
        var olderThan = new Option<string?>("--older-than") { Description = "remove only what was last used longer ago: 90m, 12h, 30d, 4w", HelpName = "AGE" };
        var keep = new Option<string?>("--keep") { Description = "remove results, the one used longest ago first, only until the store has no more than this: 50GiB", HelpName = "SIZE" };
        Check(olderThan, text => AgeArgument.Parse(text) is null ? $"--older-than {text} is no age: write it as in 30d, 12h or 4w" : null);
        Check(keep, text => text != "0" && ByteSize.Parse(text) is null ? $"--keep {text} is no size: write it as in 50GiB or 80GB" : null);
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would go, what it frees and why the rest stays; changes nothing and waits for nobody" };
        var noWait = new Option<bool>("--no-wait") { Description = "fail at once when a run is using the store" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        foreach (var option in new Option[] { experiments, olderThan, keep, dryRun, noWait, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            var isDry = parsed.GetValue(dryRun);
            var request = new CollectionRequest
            {
                Experiments = parsed.GetValue(experiments)!,
                OlderThan = parsed.GetValue(olderThan) is { } age ? AgeArgument.Parse(age) : null,
                Keep = parsed.GetValue(keep) is { } size ? ByteSize.Parse(size) ?? 0 : null,
            };
            var user = isDry ? StoreLock.FindHolder(store.Folders.Lock("store"), environment.Clock) : null;
            if (!isDry)
            {
                store.Files.CreateFolder(store.Folders.Locks);
            }

            using var alone = isDry ? null : await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: false, wait: !parsed.GetValue(noWait), environment.Clock, environment.Error.WriteLine, cancellationToken);
            var collector = new StoreCollector(store, environment.Clock);
            var found = collector.Find(request, inUse: user is not null);
            if (!isDry)
            {
                collector.Remove(found);
            }

            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, Document(store.Folders, found, user, removed: !isDry));
            }
            else
            {
                Write(environment.Out, store.Folders, found, isDry);
                if (user is not null)
                {
                    await environment.Out.WriteLineAsync($"the store is in use by {user}: what may be on its way into it is left out here, and zephyr gc waits until it ends");
                }
            }

            if (request.Keep is { } limit && found.BytesAfter > limit)
            {
                await environment.Error.WriteLineAsync(
                    $"zephyr: the results that last runs used take {ByteCount.Text(found.BytesAfter)}, more than --keep allows: drop an experiment with --experiment, or allow more.");
                return ZephyrCommandLine.Failure;
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static void Check(Option<string?> option, Func<string, string?> problem) => option.Validators.Add(result =>
    {
        if (result.GetValue(option) is { } text && problem(text) is { } message)
        {
            result.AddError(message);
        }
    });

    private static JsonObject Document(StoreFolders folders, CollectionPlan found, string? user, bool removed) => new()
    {
        ["removed"] = removed,
        ["in_use_by"] = user,
        ["bytes"] = found.Bytes,
        ["bytes_after"] = found.BytesAfter,
        ["items"] = new JsonArray([.. found.Garbage.Select(item => new JsonObject
        {
            ["path"] = Shown(folders, item.Path),
            ["bytes"] = item.Bytes,
            ["reason"] = item.Reason,
            ["stage"] = item.Result?.Manifest.Key.Stage,
            ["fingerprint"] = item.Result?.Manifest.Key.Fingerprint,
            ["experiment"] = item.Result?.Manifest.Experiment,
            ["files"] = item.Files.Count,
        })]),
        ["kept"] = new JsonArray([.. found.Kept.Select(item => new JsonObject
        {
            ["stage"] = item.Result.Manifest.Key.Stage,
            ["fingerprint"] = item.Result.Manifest.Key.Fingerprint,
            ["experiment"] = item.Result.Manifest.Experiment,
            ["bytes"] = item.Result.Bytes,
            ["last_used"] = item.Result.LastUsed.ToString("O"),
            ["reason"] = item.Reason,
        })]),
    };

    private static void Write(TextWriter output, StoreFolders folders, CollectionPlan found, bool isDry)
    {
        foreach (var item in found.Garbage)
        {
            output.WriteLine($"{(isDry ? "would remove" : "removed")} {item.Result?.ToString() ?? Shown(folders, item.Path)}  {ByteCount.Text(item.Bytes)}  {item.Reason}");
        }

        foreach (var item in isDry ? found.Kept : [])
        {
            output.WriteLine($"keeps {item.Result}  {ByteCount.Text(item.Result.Bytes)}  {item.Reason}");
        }

        output.WriteLine($"{(isDry ? "would remove" : "removed")} {found.Garbage.Count} items and {(isDry ? "free" : "freed")} {ByteCount.Text(found.Bytes)}; {found.Kept.Count} results with {ByteCount.Text(found.BytesAfter)} {(isDry ? "would stay" : "stay")}");
    }

    private static string Shown(StoreFolders folders, string path) => Path.GetRelativePath(folders.Artifacts, path).Replace('\\', '/');
}
