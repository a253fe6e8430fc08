using Zephyr.Core.Data;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Memory;

/// <summary>What earlier results tell of an experiment's memory: how long its rows are, and what stages took.</summary>
/// <param name="store">The store.</param>
/// <param name="decisions">The plan of the experiment.</param>
internal sealed class MeasuredMemory(ArtifactStore store, IReadOnlyList<StageDecision> decisions)
{
    private readonly DurationEstimates _earlier = new(store);

    /// <summary>What is known beside the settings.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="otherDevice">Whether the memory is that of a device named on the command line.</param>
    /// <returns>The facts; opens the tokenised pairs when they are in the store.</returns>
    public MemoryFacts Facts(ExperimentSettings settings, bool otherDevice)
    {
        var device = settings.Model.Device;
        var onDevice = DeviceChoice.NeedsCuda(device) || (otherDevice && device == DeviceChoice.Auto);
        var pairs = decisions.FirstOrDefault(static decision => decision.Stage.Name == StageFiles.Tokenize)?.Manifest?.Outputs
            .FirstOrDefault(static output => output.Path == StageFiles.PreferenceRows);
        if (pairs is null)
        {
            return new MemoryFacts(onDevice, null);
        }

        using var rows = PreferenceRows.Open(store.Folders.Object(pairs.Sha256));
        return new MemoryFacts(onDevice, rows.LongestPair);
    }

    /// <summary>What a stage took when it last ran with the nearest settings.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="onDevice">Whether tensors on a GPU are asked for, or the process.</param>
    /// <returns>Bytes; null when that is not known.</returns>
    public long? Peak(string stage, bool onDevice) =>
        decisions.FirstOrDefault(decision => decision.Stage.Name == stage) is { } decision
        && _earlier.Nearest(decision)?.Metrics.TryGetValue(onDevice ? ComputeDevice.DevicePeak : ComputeDevice.ProcessPeak, out var bytes) == true
            ? (long)bytes
            : null;
}
