using Zephyr.Core.Models;

namespace Zephyr.Core.Benchmarks;

/// <summary>A randomly started model for a benchmark.</summary>
internal static class BenchmarkModel
{
    /// <summary>Makes the model by way of a folder that is removed at once.</summary>
    public static DecoderModel Create(BenchmarkOptions options, int positions)
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-bench-").FullName;
        try
        {
            RandomModel.Write(options.Configuration(positions), options.Seed, folder);
            return DecoderModel.Load(folder, options.Dtype, options.UseFused);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
