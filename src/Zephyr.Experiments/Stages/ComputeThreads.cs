using Zephyr.Core.Models;
using Zephyr.Torch;

namespace Zephyr.Experiments.Stages;

/// <summary>Sets how many threads tensor operations take.</summary>
internal static class ComputeThreads
{
    /// <summary>Applies <c>model.threads</c>; 0 takes every core.</summary>
    /// <param name="model">The section <c>model</c>.</param>
    public static void Use(ModelOptions model) => TorchRuntime.SetThreads(model.Threads == 0 ? Environment.ProcessorCount : model.Threads);
}
