using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr explain</c>: which ingredient of a stage's fingerprint differs from its last run in the experiment, or from any other run.</summary>
public static class ExplainCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("explain", "Show which ingredient of a stage's fingerprint differs from the last run, old and new value, and where each was set.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var stage = StageArgument.Create("the stage");
        stage.Arity = ArgumentArity.ExactlyOne;
        var against = new Option<string?>("--against")
        {
            Description = "compare with this run in place of the experiment's last: a run id or its first digits, or the name of an experiment",
            HelpName = "RUN",
        };
        command.Arguments.Add(stage);
        command.Options.Add(against);
        command.SetAction((parsed, cancellationToken) =>
        {
            var documents = new List<JsonObject>();
            var store = environment.OpenStore();
            var name = parsed.GetValue(stage)!;
            var earlier = parsed.GetValue(against) is { } run ? Earlier(store, run, name) : null;
            foreach (var member in experiment.Load(parsed, environment))
            {
                var pipeline = environment.Pipeline(member);
                pipeline.Find(name);
                var decision = new Planner(member, store, ProcessEnvironment.Strict, [])
                    .Plan(pipeline.UpTo(name), cancellationToken).Single(planned => planned.Stage.Name == name);
                var explanation = new Explanation(member.Name, decision, earlier, earlier is null
                    ? decision.Differences
                    : KeyDifference.Between(earlier.Value.Result.Key, decision.Key, decision.UnknownInputs));
                if (experiment.Json(parsed))
                {
                    documents.Add(Document(explanation));
                }
                else
                {
                    Write(environment.Out, explanation);
                }
            }

            if (documents.Count > 0)
            {
                JsonOutput.Write(environment.Out, documents.Count == 1 ? documents[0] : new JsonArray([.. documents]));
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static (string Run, StageManifest Result)? Earlier(ArtifactStore store, string run, string stage)
    {
        var (name, stages) = RunRecord.Find(store, run);
        return (name, stages.LastOrDefault(manifest => manifest.Key.Stage == stage)
            ?? throw new ConfigurationException($"{name} has no result of {stage} in the store; it has: {string.Join(", ", stages.Select(manifest => manifest.Key.Stage).Distinct(StringComparer.Ordinal))}"));
    }

    private static JsonObject Document(Explanation explanation) => new()
    {
        ["experiment"] = explanation.Experiment,
        ["stage"] = explanation.Decision.Stage.Name,
        ["fingerprint"] = explanation.Decision.Fingerprint,
        ["status"] = explanation.Decision.Status,
        ["reason"] = explanation.Decision.Reason,
        ["against"] = explanation.Earlier is not { } earlier ? null : new JsonObject
        {
            ["run"] = earlier.Run,
            ["run_id"] = earlier.Result.ParentRunId,
            ["experiment"] = earlier.Result.Experiment,
            ["fingerprint"] = earlier.Result.Key.Fingerprint,
        },
        ["changed"] = new JsonArray([.. explanation.Differences.Select(difference => new JsonObject
        {
            ["ingredient"] = difference.Ingredient,
            ["old"] = difference.Old,
            ["new"] = difference.New,
            ["origin"] = difference.Origin,
            ["old_origin"] = difference.OldOrigin,
        })]),
        ["unknown_inputs"] = new JsonArray([.. explanation.Decision.UnknownInputs.Select(name => (JsonNode?)name)]),
    };

    private static void Write(TextWriter output, Explanation explanation)
    {
        var decision = explanation.Decision;
        output.WriteLine($"{decision.Stage.Name} of {explanation.Experiment}: {decision.Status} ({decision.Reason})");
        var then = explanation.Earlier is { } earlier ? $"run {Cut(earlier.Run)}" : "last run";
        if (explanation.Differences.Count > 0)
        {
            new TextTable("ingredient", then, "set by", "now", "set by")
                .AddRange(explanation.Differences.Select(difference => new[]
                {
                    difference.Ingredient, difference.Old ?? "-", difference.OldOrigin ?? "", difference.New ?? "-", difference.Origin ?? "",
                }))
                .Write(output);
        }
        else if (explanation.Earlier is not null || decision.Manifest is not null)
        {
            output.WriteLine($"nothing differs from {then}{(decision.UnknownInputs.Count > 0 ? ", as far as it is known" : "")}");
        }

        foreach (var name in decision.UnknownInputs)
        {
            output.WriteLine($"{name} will run first; what it yields is not known yet");
        }
    }

    private static string Cut(string run) => run.Length == 32 && run.All(char.IsAsciiHexDigitLower) ? run[..8] : run;

    private sealed record Explanation(
        string Experiment, StageDecision Decision, (string Run, StageManifest Result)? Earlier, IReadOnlyList<KeyDifference> Differences);
}
