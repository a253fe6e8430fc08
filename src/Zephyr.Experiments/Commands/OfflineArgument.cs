using System.CommandLine;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Commands;

/// <summary>The option <c>--offline</c>, and what it tells about files that are not on this machine.</summary>
internal static class OfflineArgument
{
    /// <summary>Makes the option.</summary>
    /// <returns>A new option.</returns>
    public static Option<bool> Create() => new("--offline")
    {
        Description = "use only what is on this machine and say what is missing; HF_HUB_OFFLINE=1 does the same",
    };

    /// <summary>Tells what a run without network would lack.</summary>
    /// <param name="environment">Folders, streams, variables.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="decisions">Its plan.</param>
    /// <param name="offline">Whether <c>--offline</c> was given.</param>
    public static void TellMissing(CommandEnvironment environment, Experiment experiment, IReadOnlyList<StageDecision> decisions, bool offline)
    {
        var settings = SourcePins.Settings(experiment.Resolved);
        if (settings.Count == 0 || !(offline || HubOptions.FromEnvironment(environment.Variable).Offline))
        {
            return;
        }

        using var fetcher = environment.Sources(offline: true);
        var pins = SourcePins.Of(experiment, environment.Folders);
        foreach (var setting in settings.Where(setting => decisions.Any(stage => stage.Manifest is null && IsRead(stage, setting))))
        {
            if (pins.Find(setting.Source) is not { } pin)
            {
                environment.Error.WriteLine($"offline: {setting.Key}: {setting.Source.Text} is not settled; the run looks for it in the cache");
            }
            else if (fetcher.Missing(pin) is { Count: > 0 } missing)
            {
                environment.Error.WriteLine($"offline: {setting.Key}: {pin.Text}: {SourceFetcher.Describe(missing)} not on this machine");
            }
        }
    }

    private static bool IsRead(StageDecision stage, RemoteSetting setting) =>
        stage.Stage.Settings.Any(prefix => setting.Key == prefix || setting.Key.StartsWith(prefix + ".", StringComparison.Ordinal) || setting.Key.StartsWith(prefix + "[", StringComparison.Ordinal));
}
