using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr push</c>: sends the results of an experiment to the shared store.</summary>
public static class PushCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("push", "Send the results of an experiment to the shared store: objects that are not there, manifests last.");
        var experiment = new ExperimentArguments();
        var last = StageArgument.Create("send this stage and those it needs; all when left out");
        command.Arguments.Add(last);
        experiment.AddTo(command);
        var remote = RemoteArgument.Create();
        var all = new Option<bool>("--all") { Description = "send every result in the store, whatever experiment it is of" };
        var force = new Option<bool>("--force") { Description = "send also what is there already, such as to replace a damaged object" };
        command.Options.Add(remote);
        command.Options.Add(all);
        command.Options.Add(force);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetValue(last) is { } stage)
            {
                result.AddError($"{stage} asks for one stage and --all for every result in the store: give one of them");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            var members = experiment.Load(parsed, environment);
            var stages = members.Select(member => environment.Pipeline(member).UpTo(parsed.GetValue(last))).ToList();
            using var results = RemoteArgument.Open(environment, parsed.GetValue(remote), members[0].Settings.Store, store);
            store.Files.CreateFolder(store.Folders.Locks);
            using var shared = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
            var manifests = new List<StageManifest>();
            var missing = new List<string>();
            if (parsed.GetValue(all))
            {
                manifests.AddRange(StoredManifests.Readable(store.Folders));
            }
            else
            {
                foreach (var (member, wanted) in members.Zip(stages))
                {
                    var plan = new Planner(member, store, ProcessEnvironment.Strict, []).Plan(wanted, cancellationToken);
                    manifests.AddRange(plan.Select(static decision => decision.Manifest).OfType<StageManifest>());
                    missing.AddRange(plan.Where(static decision => decision.Manifest is null).Select(decision => $"{decision.Stage.Name} of {member.Name}"));
                }
            }

            var sent = new List<(StageManifest Manifest, long Bytes)>();
            foreach (var manifest in manifests.DistinctBy(static manifest => manifest.Key.Fingerprint, StringComparer.Ordinal))
            {
                sent.Add((manifest, await results.SendAsync(manifest, parsed.GetValue(force), cancellationToken)));
                if (!experiment.Json(parsed))
                {
                    var (stage, bytes) = sent[^1];
                    await environment.Out.WriteLineAsync($"{stage.Key.Stage} {stage.Key.Fingerprint[..12]}  {(bytes > 0 ? $"sent {ByteCount.Text(bytes)}" : "was there")}");
                }
            }

            if (experiment.Json(parsed))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["remote"] = results.Address,
                    ["stages"] = new JsonArray([.. sent.Select(item => new JsonObject
                    {
                        ["name"] = item.Manifest.Key.Stage, ["fingerprint"] = item.Manifest.Key.Fingerprint, ["bytes_sent"] = item.Bytes,
                    })]),
                    ["missing"] = new JsonArray([.. missing.Select(static name => (JsonNode?)name)]),
                });
            }

            return missing.Count == 0
                ? ZephyrCommandLine.Success
                : throw new ZephyrException($"{string.Join(", ", missing)}: no result here to send. Run first: zephyr run {(parsed.GetValue(last) is { } named ? named + " " : "")}--experiment {experiment.Name(parsed)}.");
        });
        return command;
    }
}
