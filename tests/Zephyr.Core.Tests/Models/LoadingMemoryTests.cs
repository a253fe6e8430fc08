using System.Globalization;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;

namespace Zephyr.Core.Tests.Models;

/// <summary>Tests that measure this process and so run alone.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

[Collection(nameof(AloneCollection))]
public sealed class LoadingMemoryTests : IDisposable
{
    private const long Mebibyte = 1 << 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Loading_takes_the_memory_of_the_loaded_model_and_no_second_copy()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the peak is read from /proc/self/status");
        var architecture = new ArchitectureOptions { HiddenSize = 512, IntermediateSize = 2048, NumHiddenLayers = 6, NumAttentionHeads = 8, NumKeyValueHeads = 8 };
        var configuration = ModelConfiguration.From(architecture, 16000);
        Write(configuration);
        var loaded = configuration.ParameterCount * 2;
        DecoderModel.Load(Path.Combine(_folder.Path, "small"), ComputeType.Bfloat16).Dispose(); // the library itself
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak counts from here
        var before = Status("VmRSS");

        using var model = DecoderModel.Load(_folder.Path, ComputeType.Bfloat16);

        var grown = Status("VmHWM") - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{configuration.ParameterCount:N0} weights in float32 files: {loaded / Mebibyte} MiB loaded as bfloat16, peak grew by {grown / Mebibyte} MiB");

        // The files have twice the bytes of the loaded model. One piece of 8 MiB and the position tables come on top.
        grown.ShouldBeInRange(loaded / 2, loaded + (32 * Mebibyte));
    }

    private void Write(ModelConfiguration configuration)
    {
        ModelConfigurationFile.Save(configuration, _folder.Path, ComputeType.Float32);
        ModelWeightsWriter.Write(
            _folder.Path,
            WeightLayout.Tensors(configuration).Select(tensor => new SafetensorsContent(
                tensor.Name, SafetensorsType.Float32, tensor.Shape, () => new byte[4 * tensor.Shape.Aggregate(1L, static (a, b) => a * b)])),
            maxShardBytes: 50 * Mebibyte);
        RandomModel.Create(new ArchitectureOptions { HiddenSize = 16, IntermediateSize = 32, NumAttentionHeads = 2 }, 40, 1, Path.Combine(_folder.Path, "small"));
    }

    private static long Status(string name) => long.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1],
        CultureInfo.InvariantCulture) * 1024;
}
