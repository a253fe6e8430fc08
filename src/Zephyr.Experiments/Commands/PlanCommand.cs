using System.CommandLine;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr plan</c>: what would run and why. Reads only, and loads no native library.</summary>
public static class PlanCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("plan", "Show which stages are cached, which would run, and why.");
        var experiment = new ExperimentArguments();
        experiment.AddTo(command);
        var stage = StageArgument.Create("last stage to show; all when left out");
        var force = new Option<string[]>("--force") { Description = "show the plan as if this stage had to run; may be repeated", DefaultValueFactory = _ => [] };
        command.Arguments.Add(stage);
        command.Options.Add(force);
        command.SetAction((parsed, cancellationToken) =>
        {
            Show(environment, experiment, parsed, parsed.GetValue(stage), parsed.GetValue(force)!, cancellationToken);
            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    /// <summary>Shows the plan; also what <c>run --dry-run</c> does.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <param name="experiment">The experiment's options.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="target">Last stage; null for all.</param>
    /// <param name="force">Stages that run whatever the store has.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    public static void Show(
        CommandEnvironment environment, ExperimentArguments experiment, ParseResult parsed, string? target, string[] force, CancellationToken cancellationToken)
    {
        var pipeline = environment.Pipeline();
        var store = environment.OpenStore();
        foreach (var name in force)
        {
            pipeline.Find(name);
        }

        var plans = experiment.Load(parsed, environment).Select(member => (member.Name, Stages: new Planner(
            member, store, ProcessEnvironment.Strict, force).Plan(pipeline.UpTo(target), cancellationToken))).ToList();
        if (experiment.Json(parsed))
        {
            JsonOutput.Write(environment.Out, JsonOutput.Combine(
                experiment.Name(parsed), [.. plans.Select(plan => JsonOutput.Plan(plan.Name, plan.Stages))], ["run", "cached"]));
            return;
        }

        foreach (var (name, stages) in plans)
        {
            environment.Out.WriteLine($"experiment {name}");
            new TextTable("stage", "status", "reason")
                .AddRange(stages.Select(stage => new[] { stage.Stage.Name, stage.Status, stage.Reason }))
                .Write(environment.Out);
        }
    }
}
