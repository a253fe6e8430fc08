using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Remote;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr pull</c>: fetches the results of an experiment from the shared store and shows them; runs nothing.</summary>
public static class PullCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("pull", "Fetch the results of an experiment from the shared store, as far as it has them, and show them; runs nothing. Exit code 1 when a stage is nowhere.");
        var experiment = new ExperimentArguments();
        var last = StageArgument.Create("fetch this stage and those it needs; all when left out");
        command.Arguments.Add(last);
        experiment.AddTo(command);
        var remote = RemoteArgument.Create();
        command.Options.Add(remote);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var store = environment.OpenStore();
            var members = experiment.Load(parsed, environment);
            var wanted = members.Select(member => environment.Pipeline(member).UpTo(parsed.GetValue(last))).ToList();
            using var results = RemoteArgument.Open(environment, parsed.GetValue(remote), members[0].Settings.Store, store);
            store.Files.CreateFolder(store.Folders.Locks);
            using var shared = await StoreLock.TakeAsync(
                store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
            var stages = new List<(string Experiment, StageDecision Decision, string Status)>();
            foreach (var (member, selected) in members.Zip(wanted))
            {
                stages.AddRange(await PullAsync(environment, member, selected, store, results, cancellationToken));
            }

            if (experiment.Json(parsed))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["remote"] = results.Address,
                    ["stages"] = new JsonArray([.. stages.Select(static item => new JsonObject
                    {
                        ["experiment"] = item.Experiment, ["name"] = item.Decision.Stage.Name, ["fingerprint"] = item.Decision.Fingerprint, ["status"] = item.Status,
                    })]),
                });
            }
            else
            {
                foreach (var (name, decision, status) in stages)
                {
                    await environment.Out.WriteLineAsync($"{decision.Stage.Name} of {name}  {status}{(decision.Manifest is null ? $" ({decision.Reason})" : "")}");
                }
            }

            return stages.TrueForAll(static item => item.Decision.Manifest is not null) ? ZephyrCommandLine.Success : ZephyrCommandLine.Failure;
        });
        return command;
    }

    private static async Task<List<(string Experiment, StageDecision Decision, string Status)>> PullAsync(
        CommandEnvironment environment, Experiment member, IReadOnlyList<IStage> selected, ArtifactStore store, RemoteResults results, CancellationToken cancellationToken)
    {
        using var alone = await TakeAsync($"experiment-{member.Name}", $"experiment {member.Name}");
        var planner = new Planner(member, store, ProcessEnvironment.Strict, []);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var stages = new List<(string Experiment, StageDecision Decision, string Status)>();
        foreach (var stage in selected)
        {
            var decision = planner.Decide(stage, outputs, cancellationToken);
            var status = decision.Manifest is not null ? "was here" : "is not in the shared store";
            if (decision is { Manifest: null, Fingerprint: { } fingerprint })
            {
                using var stageLock = await TakeAsync($"stage-{fingerprint}", $"stage {stage.Name}");
                store.DropDamaged(fingerprint);
                if (await results.FetchAsync(stage.Name, fingerprint, cancellationToken) is not null)
                {
                    decision = planner.Decide(stage, outputs, cancellationToken);
                    status = "fetched";
                }
            }

            if (decision.Manifest is { } manifest)
            {
                outputs[stage.Name] = manifest.OutputsHash;
                new StageRestorer(store).Restore(member.Name, decision);
            }

            stages.Add((member.Name, decision, status));
        }

        return stages;

        Task<StoreLock> TakeAsync(string name, string purpose) => StoreLock.TakeAsync(
            store.Folders.Lock(name), purpose, shared: false, wait: true, environment.Clock, environment.Error.WriteLine, cancellationToken);
    }
}

/// <summary>The option <c>--remote</c>.</summary>
internal static class RemoteArgument
{
    /// <summary>Makes the option.</summary>
    /// <returns>A new option.</returns>
    public static Option<string?> Create() => new("--remote")
    {
        Description = "the shared store: a folder, or s3://BUCKET/PREFIX; the setting store.remote or ZEPHYR_REMOTE_STORE when left out",
        HelpName = "ADDRESS",
    };

    /// <summary>Opens the shared store.</summary>
    /// <param name="environment">Folders, streams, variables.</param>
    /// <param name="given">What the option says.</param>
    /// <param name="options">The experiment's settings.</param>
    /// <param name="store">The store of this machine.</param>
    /// <returns>The shared store; for the caller to dispose.</returns>
    /// <exception cref="ConfigurationException">Nothing names one.</exception>
    public static RemoteResults Open(CommandEnvironment environment, string? given, StoreOptions options, ArtifactStore store)
    {
        try
        {
            return RemoteStores.Open(options, given, store, environment.Repository, environment.Variable, environment.Error.WriteLine)
                ?? throw new ConfigurationException("no shared store is named: give --remote, set store.remote in the experiment, or set ZEPHYR_REMOTE_STORE to a folder or s3://BUCKET/PREFIX");
        }
        catch (ZephyrException failure) when (failure is not ConfigurationException)
        {
            throw new ConfigurationException(failure.Message);
        }
    }
}
