using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr export-mlruns</c>: writes the tracking journal in MLflow's file format.</summary>
public static class ExportMlrunsCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("export-mlruns", "Write the tracking journal as an mlruns folder.");
        var folder = new Argument<string>("folder") { Description = "a new or empty folder", DefaultValueFactory = _ => "mlruns" };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Arguments.Add(folder);
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var target = Path.GetFullPath(parsed.GetRequiredValue(folder), environment.CurrentFolder);
            using var journal = TrackingJournal.Open(environment.Folders.Tracking);
            var runs = new MlrunsExport(journal).Write(target);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["folder"] = target, ["runs"] = runs });
            }
            else
            {
                environment.Out.WriteLine($"{runs} runs written to {target}");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
