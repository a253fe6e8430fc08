using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Sweeps;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr results</c>: restores the views of a finished experiment and prints its table; runs nothing.</summary>
public static class ResultsCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("results", "Print the results of an experiment whose stages are all in the store; runs nothing.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var documents = new List<JsonObject>();
            var results = new List<(Experiment Experiment, IReadOnlyList<StageResult> Stages)>();
            foreach (var member in experiment.Load(parsed, environment))
            {
                var stages = await RestoreAsync(environment, member, cancellationToken);
                results.Add((member, stages));
                if (experiment.Json(parsed))
                {
                    documents.Add(new JsonObject { ["experiment"] = member.Name, ["results"] = JsonOutput.Results(stages) });
                }
                else
                {
                    RunSummary.Write(environment.Out, member.Name, stages, environment.Folders.Tracking);
                }
            }

            var sweep = SweepReport.Read(results);
            if (documents.Count > 0)
            {
                JsonOutput.Write(environment.Out, documents.Count == 1
                    ? documents[0]
                    : new JsonObject { ["experiment"] = experiment.Name(parsed), ["members"] = new JsonArray([.. documents]), ["sweep"] = sweep?.ToJson() });
            }
            else
            {
                RunSummary.WriteSweep(environment.Out, sweep, sweep is null ? null : new SweepReport(environment.OpenStore()).Write(sweep));
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static async Task<IReadOnlyList<StageResult>> RestoreAsync(CommandEnvironment environment, Experiment member, CancellationToken cancellationToken)
    {
        var store = environment.OpenStore();
        store.Files.CreateFolder(store.Folders.Locks);
        void Note(string message) => environment.Error.WriteLine(message);
        using var storeLock = await StoreLock.TakeAsync(store.Folders.Lock("store"), "the store", shared: true, wait: true, environment.Clock, Note, cancellationToken);
        using var memberLock = await StoreLock.TakeAsync(
            store.Folders.Lock($"experiment-{member.Name}"), $"experiment {member.Name}", shared: false, wait: true, environment.Clock, Note, cancellationToken);
        var decisions = new Planner(member, store, ProcessEnvironment.Strict, []).Plan(environment.Pipeline(member).Stages, cancellationToken);
        if (decisions.FirstOrDefault(decision => decision.Manifest is null) is { } missing)
        {
            throw new ZephyrException($"Experiment {member.Name} has no whole result yet: {missing.Stage.Name} would run ({missing.Reason}). Use zephyr run.");
        }

        return [.. decisions.Select(decision => new StageRestorer(store).Restore(member.Name, decision))];
    }
}
