using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Verification;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr verify</c>: hashes every object of the store and every remembered input; damaged objects go to quarantine.</summary>
public static class VerifyCommand
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "verify",
            "Hash everything in the store, and every input file whose hash is remembered; quarantine what is damaged and say which stages it hits and what to run. Exit code 1 when something was.");
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            store.Files.CreateFolder(store.Folders.Locks);
            using var shared = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
            var report = new StoreVerifier(store).Verify(Progress(environment), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, Document(environment, report));
            }
            else
            {
                Write(environment, report);
            }

            return report.IsWhole ? ZephyrCommandLine.Success : ZephyrCommandLine.Failure;
        });
        return command;
    }

    private static Action<long, long> Progress(CommandEnvironment environment)
    {
        var gate = new Lock();
        var last = environment.Clock.GetTimestamp();
        return (done, total) =>
        {
            lock (gate)
            {
                if (environment.Clock.GetElapsedTime(last) >= s_between)
                {
                    last = environment.Clock.GetTimestamp();
                    environment.Error.WriteLine($"hashed {ByteCount.Text(done)} of {ByteCount.Text(total)}");
                }
            }
        };
    }

    private static JsonObject Document(CommandEnvironment environment, VerifyReport report) => new()
    {
        ["stages"] = report.Stages,
        ["objects"] = report.Objects,
        ["inputs"] = report.Inputs,
        ["bytes"] = report.Bytes,
        ["damaged"] = new JsonArray(
        [
            .. report.Results.Select(damage => (JsonNode)new JsonObject
            {
                ["stage"] = damage.Stage,
                ["fingerprint"] = damage.Fingerprint,
                ["experiments"] = new JsonArray([.. damage.Experiments.Select(name => (JsonNode?)name)]),
                ["message"] = damage.Message,
                ["remedy"] = Remedy(environment, damage),
            }),
            .. report.ChangedInputs.Select(damage => (JsonNode)new JsonObject { ["input"] = damage.Path, ["message"] = Text(damage) }),
            .. report.Strays.Select(message => (JsonNode)new JsonObject { ["message"] = message }),
        ]),
    };

    private static void Write(CommandEnvironment environment, VerifyReport report)
    {
        foreach (var damage in report.Results)
        {
            environment.Out.WriteLine($"{(damage.Stage == damage.Fingerprint ? damage.Stage[..12] : $"{damage.Stage} {damage.Fingerprint[..12]}")}: {damage.Message}");
        }

        foreach (var line in report.ChangedInputs.Select(Text).Concat(report.Strays))
        {
            environment.Out.WriteLine(line);
        }

        var hashed = $"{report.Stages} stages, {report.Objects} objects and {report.Inputs} input files, {ByteCount.Text(report.Bytes)}";
        if (report.IsWhole)
        {
            environment.Out.WriteLine($"{hashed}: all whole");
            return;
        }

        environment.Out.WriteLine($"{hashed}: {report.Results.Count} damaged files of results, {report.ChangedInputs.Count} inputs changed unseen, {report.Strays.Count} damaged objects that no result names");
        foreach (var remedy in report.Results.Select(damage => Remedy(environment, damage)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            environment.Out.WriteLine(remedy);
        }
    }

    private static string Text(DamagedInput damage) =>
        $"{damage.Path}: its content is not what was hashed ({damage.Remembered[..12]}, now {damage.Found[..12]}), although size, times and inode are the same. "
        + "The next run reads it anew; if nobody changed it, check the disk.";

    private static string Remedy(CommandEnvironment environment, DamagedResult damage)
    {
        var known = damage.Experiments.Where(name => File.Exists(Path.Combine(environment.Repository, "experiments", name + ".yaml"))).ToList();
        return known.Count > 0
            ? $"to make it again: {string.Join("; ", known.Select(static name => $"zephyr run --experiment {name}"))}"
            : "the next run of its experiment makes it again";
    }
}
