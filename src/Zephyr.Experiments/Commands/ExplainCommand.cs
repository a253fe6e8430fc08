using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr explain</c>: which ingredient of a stage's fingerprint changed since its last run in the experiment.</summary>
public static class ExplainCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("explain", "Show which ingredient of a stage's fingerprint changed since the last run, old and new value, and where it was set.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var stage = StageArgument.Create("the stage");
        stage.Arity = ArgumentArity.ExactlyOne;
        command.Arguments.Add(stage);
        command.SetAction((parsed, cancellationToken) =>
        {
            var documents = new List<JsonObject>();
            var store = environment.OpenStore();
            foreach (var member in experiment.Load(parsed, environment))
            {
                var pipeline = environment.Pipeline(member);
                var name = pipeline.Find(parsed.GetValue(stage)!).Name;
                var decision = new Planner(member, store, ProcessEnvironment.Strict, [])
                    .Plan(pipeline.UpTo(name), cancellationToken).Single(planned => planned.Stage.Name == name);
                if (experiment.Json(parsed))
                {
                    documents.Add(Document(member.Name, decision));
                }
                else
                {
                    Write(environment.Out, member.Name, decision);
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

    private static JsonObject Document(string experiment, StageDecision decision) => new()
    {
        ["experiment"] = experiment,
        ["stage"] = decision.Stage.Name,
        ["fingerprint"] = decision.Fingerprint,
        ["status"] = decision.Status,
        ["reason"] = decision.Reason,
        ["changed"] = new JsonArray([.. decision.Differences.Select(difference => new JsonObject
        {
            ["ingredient"] = difference.Ingredient,
            ["old"] = difference.Old,
            ["new"] = difference.New,
            ["origin"] = difference.Origin,
        })]),
        ["unknown_inputs"] = new JsonArray([.. decision.UnknownInputs.Select(name => (JsonNode?)name)]),
    };

    private static void Write(TextWriter output, string experiment, StageDecision decision)
    {
        output.WriteLine($"{decision.Stage.Name} of {experiment}: {decision.Status} ({decision.Reason})");
        if (decision.Differences.Count > 0)
        {
            new TextTable("ingredient", "last run", "now", "set by")
                .AddRange(decision.Differences.Select(difference => new[]
                {
                    difference.Ingredient, difference.Old ?? "-", difference.New ?? "-", difference.Origin ?? "",
                }))
                .Write(output);
        }

        foreach (var name in decision.UnknownInputs)
        {
            output.WriteLine($"{name} will run first; what it yields is not known yet");
        }
    }
}
