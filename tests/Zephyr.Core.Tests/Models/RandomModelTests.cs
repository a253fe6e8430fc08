using System.Runtime.InteropServices;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;

namespace Zephyr.Core.Tests.Models;

public sealed class RandomModelTests : IDisposable
{
    private static readonly ArchitectureOptions Tiny = new() { HiddenSize = 16, IntermediateSize = 24, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_writes_the_same_bytes_and_another_seed_others()
    {
        RandomModel.Create(Tiny, 100, 1, Folder("a"));
        RandomModel.Create(Tiny, 100, 1, Folder("b"));
        RandomModel.Create(Tiny, 100, 2, Folder("c"));

        Bytes("b").ShouldBe(Bytes("a"));
        Bytes("c").ShouldNotBe(Bytes("a"));
    }

    [Fact]
    public void The_folder_holds_exactly_weights_and_configurations()
    {
        RandomModel.Create(Tiny, 100, 1, Folder("a"), bosTokenId: 1, eosTokenId: 2);

        Directory.GetFiles(Folder("a")).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["config.json", "generation_config.json", "model.safetensors"]);
        ModelConfigurationFile.Load(Folder("a")).EosTokenId.ShouldBe(2);
    }

    [Fact]
    public void Matrices_have_the_stated_deviation_and_norms_are_one()
    {
        RandomModel.Create(Tiny with { HiddenSize = 64, InitializerRange = 0.05 }, 1000, 7, Folder("a"));

        using var file = SafetensorsFile.Open(Path.Combine(Folder("a"), "model.safetensors"));
        var embedding = MemoryMarshal.Cast<byte, float>(file.Bytes(WeightLayout.Embedding)).ToArray();

        // 64,000 samples: the standard error of the mean is 0.05 / 253 = 0.0002, of the deviation 0.05 / 358 = 0.00014.
        embedding.Average().ShouldBe(0, 0.001);
        Math.Sqrt(embedding.Average(value => (double)value * value)).ShouldBe(0.05, 0.001);
        MemoryMarshal.Cast<byte, float>(file.Bytes(WeightLayout.FinalNorm)).ToArray().ShouldAllBe(value => value == 1f);
        file.Contains(WeightLayout.Output).ShouldBeFalse();
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_by_name() =>
        Should.Throw<ZephyrException>(() => RandomModel.Create(Tiny with { HiddenSize = 18 }, 100, 1, Folder("a"))).Message.ShouldContain("hidden_size 18");

    private string Folder(string name) => Path.Combine(_folder.Path, name);

    private byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder(name), "model.safetensors"));
}
