using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;

namespace Zephyr.Core.Tests.Models.Adapters;

public sealed class AdapterMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComputeType.Float32, long.MaxValue)]
    [InlineData(ComputeType.Float32, 4096)]
    [InlineData(ComputeType.Bfloat16, 4096)]
    public void A_folder_is_merged_tensor_by_tensor_in_the_stored_type_from_one_file_or_several(ComputeType stored, long maxShardBytes)
    {
        var (source, target) = (Path.Combine(_folder.Path, "source"), Path.Combine(_folder.Path, "target"));
        using (var model = DecoderModel.Load(Reference.Folder("mistral_tied"), stored))
        {
            model.Save(source, maxShardBytes);
        }

        AdapterMerge.Write(source, Reference.Folder("lora"), target).ShouldBe(2 * 5);

        using var merged = ModelWeights.Open(target);
        using var start = ModelWeights.Open(source);
        using var expected = Reference.Open("lora", "expected");
        merged.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal).ShouldBe(start.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var entry in merged.Entries)
        {
            var file = merged.FileOf(entry.Name)!;
            if (!expected.Contains("merged." + entry.Name))
            {
                file.Bytes(entry).ToArray().ShouldBe(start.FileOf(entry.Name)!.Bytes(entry.Name).ToArray(), entry.Name);
                continue;
            }

            // bfloat16: the base weight and the sum are each rounded, by up to 2^-9 of values up to about 2.
            using var scope = TorchSharp.torch.NewDisposeScope();
            entry.Type.ShouldBe(stored == ComputeType.Bfloat16 ? SafetensorsType.Bfloat16 : SafetensorsType.Float32);
            Reference.ShouldBeClose(
                Reference.Values(Reference.Tensor(file, entry.Name)), Reference.Floats(expected, "merged." + entry.Name), stored == ComputeType.Bfloat16 ? 0.008 : 1e-6, entry.Name);
        }
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        var source = Path.Combine(_folder.Path, "source");
        RandomModel.Create(Training.TinyRuns.Architecture with { HiddenSize = 32 }, Training.TinyRuns.Vocabulary, 3, source);

        Should.Throw<AdapterFormatException>(() => AdapterMerge.Write(source, Reference.Folder("lora"), Path.Combine(_folder.Path, "target")))
            .Message.ShouldContain("q_proj.lora_A.weight has shape [3, 16], expected [3, 32]");
    }
}
