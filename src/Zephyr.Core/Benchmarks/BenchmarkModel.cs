using Zephyr.Core.Models;

namespace Zephyr.Core.Benchmarks;

/// <summary>A randomly started model for a benchmark.</summary>
internal static class BenchmarkModel
{
    /// <summary>Makes the model by way of a folder that is removed at once.</summary>
    public static DecoderModel Create(BenchmarkOptions options, int positions, Nf4Options? quantization = null)
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-bench-").FullName;
        try
        {
            RandomModel.Write(options.Configuration(positions), options.Seed, folder);

            // What making the weights left behind must not count as the memory of training them.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            return DecoderModel.Load(folder, options.Dtype, options.UseFused, quantization, device: DeviceChoice.Take(options.Device));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
