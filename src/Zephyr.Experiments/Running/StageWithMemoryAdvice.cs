using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Stages;
using Zephyr.Torch;

namespace Zephyr.Experiments.Running;

/// <summary>Runs a stage's work; where memory runs out in it, the failure names the settings that need less.</summary>
internal static class StageWithMemoryAdvice
{
    /// <summary>Runs the work.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="context">What it works with.</param>
    /// <param name="settings">The experiment.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ZephyrException">Memory ran out, on a GPU or on this machine.</exception>
    public static async Task RunAsync(IStage stage, StageContext context, ExperimentSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await stage.RunAsync(context, cancellationToken);
        }
        catch (Exception failure) when (failure is DeviceOutOfMemoryException or OutOfMemoryException)
        {
            throw new ZephyrException($"{Cause(failure)} {Advice(settings, stage.Name)}", failure);
        }
    }

    private static string Cause(Exception failure) => failure is DeviceOutOfMemoryException
        ? $"there was not enough memory. {failure.Message.TrimEnd().TrimEnd('.')}."
        : "there was not enough memory for the program.";

    private static string Advice(ExperimentSettings settings, string stage)
    {
        var changes = MemoryRemedy.Next(settings, stage);
        return changes.Count == 0
            ? "Give it a machine with more memory, or run fewer stages side by side (--jobs, --memory)."
            : $"Settings that need less, least harmful first: {string.Join("; ", changes)}. zephyr plan --memory tells how much each stage needs.";
    }
}
