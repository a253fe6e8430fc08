using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Tracking;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr sync</c>: brings an MLflow server up to the tracking journal.</summary>
public static class SyncCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("sync", "Send to the MLflow server named by MLFLOW_TRACKING_URI whatever it lacks of the tracking journal, exactly once.");
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = MlflowOptions.FromEnvironment(environment.Variable)
                ?? throw new ConfigurationException("MLFLOW_TRACKING_URI is not set: set it to the address of the server, such as http://localhost:5000");
            using var journal = TrackingJournal.Open(environment.Folders.Tracking);
            using var client = new MlflowClient(options, environment.Clock);
            var report = await new JournalSync(journal, client, options.ExperimentName).SyncAsync(cancellationToken);
            foreach (var line in report.Warnings.Concat(report.Refused))
            {
                await environment.Error.WriteLineAsync($"zephyr: {line}");
            }

            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["runs"] = report.Runs,
                    ["sent"] = report.Sent,
                    ["still_running"] = report.StillRunning,
                    ["refused"] = new JsonArray([.. report.Refused.Select(line => (JsonNode?)line)]),
                });
            }
            else
            {
                await environment.Out.WriteLineAsync($"{report.Runs} runs are whole on {options}, {report.Sent} records sent, {report.StillRunning} still running, {report.Refused.Count} refused");
            }

            return report.Refused.Count == 0 ? ZephyrCommandLine.Success : ZephyrCommandLine.Failure;
        });
        return command;
    }
}
