using TorchSharp;
using Zephyr.Core;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Experiments.Stages;

/// <summary>Where the stages that compute with a model do so, and on how many threads.</summary>
internal static class ComputeDevice
{
    /// <summary>Metric: the most memory that the process had resident while the stage computed, what it had kept from before included.</summary>
    public const string ProcessPeak = "memory_peak_bytes";

    /// <summary>Metric: the most memory that tensors took on a GPU.</summary>
    public const string DevicePeak = "device_memory_peak_bytes";

    /// <summary>Name of the setting.</summary>
    public const string Setting = "model.device";

    /// <summary>Applies <c>model.threads</c> (0 takes every core) and <c>model.device</c>.</summary>
    /// <param name="context">The running stage; told when it computes on a GPU.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ZephyrException">A GPU is asked for and cannot be had.</exception>
    public static Device Use(StageContext context)
    {
        var model = context.Settings.Model;
        TorchRuntime.SetThreads(model.Threads == 0 ? Environment.ProcessorCount : model.Threads);
        var device = DeviceChoice.Take(model.Device);
        if (device.type == DeviceType.CUDA)
        {
            CudaRuntime.ResetPeakMemory(device);
            context.Reporter.Note($"{context.Stage}: computing on {device}");
        }

        ProcessMemory.ReturnFreed();
        ProcessMemory.ResetPeak();
        return device;
    }

    /// <summary>Records the most memory that the stage took, and its tensors on a GPU.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="device">Its device.</param>
    public static void RecordMemory(StageContext context, Device device)
    {
        if (ProcessMemory.Peak() is { } peak)
        {
            context.Reporter.Metric(ProcessPeak, peak);
        }

        if (CudaRuntime.Memory(device) is { } memory)
        {
            context.Reporter.Metric(DevicePeak, memory.Peak);
        }
    }

    /// <summary>Fails before anything runs when a GPU is asked for and cannot be had; libtorch is loaded only in that case.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="decisions">What the plan says of its stages.</param>
    /// <exception cref="ConfigurationException">A stage that would run needs a GPU, and there is none.</exception>
    public static void Check(Experiment experiment, IEnumerable<StageDecision> decisions)
    {
        if (!DeviceChoice.NeedsCuda(experiment.Settings.Model.Device)
            || experiment.Settings.Executor.Kind == ExecutorKind.Slurm // the device is the node's, which looks for it itself
            || !decisions.Any(decision => decision.Manifest is null && decision.Stage.Settings.Contains(Setting, StringComparer.Ordinal)))
        {
            return;
        }

        try
        {
            DeviceChoice.Choose(experiment.Settings.Model.Device, AvailableDevices.Here());
        }
        catch (ZephyrException missing)
        {
            throw new ConfigurationException([new ConfigurationProblem(experiment.Resolved.Find(Setting)?.Origin ?? SettingOrigin.Default, Setting, missing.Message)]);
        }
    }
}
