using Zephyr.Core;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Memory;

namespace Zephyr.Experiments.Stages;

/// <summary>What a running stage takes of its machine; decides what may run beside it and nothing else.</summary>
/// <param name="Cores">Cores it keeps busy; 0 for as many as it is given.</param>
/// <param name="Memory">Predicted peak in bytes; null when nobody can tell, so that it runs alone.</param>
/// <param name="Device">The accelerator it computes on, such as <c>cuda:0</c>; null for none.</param>
/// <param name="Computes">Whether it computes with libtorch, whose thread count and generators belong to a whole process.</param>
public sealed record StageResources(int Cores, long? Memory, string? Device, bool Computes)
{
    // `data stats` streams 5 GB of Parquet in 431 MiB, the most a stage without a model takes.
    private const long WithoutModel = 512L << 20;

    /// <summary>A stage that reads and writes files: one core, little memory.</summary>
    public static StageResources Light { get; } = new(1, WithoutModel, null, false);

    /// <summary>A stage that computes with the model.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="stage">Name of the stage.</param>
    /// <returns>Its threads and predicted memory.</returns>
    public static StageResources Computing(ExperimentSettings settings, string stage) =>
        new(settings.Model.Threads, Predicted(settings, stage), Accelerator(settings.Model.Device), Computes: true);

    // libtorch is not loaded to plan: where the driver is, `auto` will take the first GPU if it can.
    private static string? Accelerator(string device) => device switch
    {
        "cuda" => "cuda:0",
        DeviceChoice.Auto => Directory.Exists("/proc/driver/nvidia/gpus") ? "cuda:0" : null,
        _ => DeviceChoice.NeedsCuda(device) ? device : null,
    };

    private static long? Predicted(ExperimentSettings settings, string stage)
    {
        try
        {
            return StageMemory.Predict(settings).FirstOrDefault(memory => memory.Stage == stage)?.Estimate.Total;
        }
        catch (Exception unknown) when (unknown is ZephyrException or IOException)
        {
            return null; // the shape of the model is not known before it is there
        }
    }
}
