using System.Runtime.InteropServices;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;

namespace Zephyr.Core.Tests.Models;

public sealed class DecoderWeightsTests : IDisposable
{
    private static readonly ArchitectureOptions s_shape = new()
    {
        HiddenSize = 16,
        IntermediateSize = 32,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        MaxPositionEmbeddings = 32,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_in_several_files_computes_what_it_does_in_one()
    {
        var (single, sharded) = (Path.Combine(_folder.Path, "single"), Path.Combine(_folder.Path, "sharded"));
        RandomModel.Create(s_shape, 40, 1, single);
        using var model = DecoderModel.Load(single, ComputeType.Float32);
        model.Save(sharded, maxShardBytes: 4000);
        ModelWeights.FileNames(sharded).Count.ShouldBeGreaterThan(3);

        using var again = DecoderModel.Load(sharded, ComputeType.Float32);

        again.Logits([1, 2, 3]).ShouldBe(model.Logits([1, 2, 3]));
    }

    [Theory]
    [InlineData(SafetensorsType.Float16)]
    [InlineData(SafetensorsType.Bfloat16)]
    [InlineData(SafetensorsType.Float64)]
    public void Weights_of_another_type_are_converted_value_by_value(SafetensorsType type)
    {
        // Halves and small integers are exact in every type, so the conversion must not change them.
        var configuration = ModelConfiguration.From(s_shape, 40);
        Write(configuration, SafetensorsType.Float32, Path.Combine(_folder.Path, "float"));
        Write(configuration, type, Path.Combine(_folder.Path, "other"));
        using var expected = DecoderModel.Load(Path.Combine(_folder.Path, "float"), ComputeType.Float32);
        using var model = DecoderModel.Load(Path.Combine(_folder.Path, "other"), ComputeType.Float32);

        foreach (var (parameter, other) in model.Parameters.Zip(expected.Parameters))
        {
            parameter.Value.data<float>().ToArray().ShouldBe(other.Value.data<float>().ToArray(), parameter.Name);
        }
    }

    [Fact]
    public void Integers_as_weights_are_refused_by_name()
    {
        var configuration = ModelConfiguration.From(s_shape, 40);
        Write(configuration, SafetensorsType.Int8, _folder.Path);

        Should.Throw<ZephyrException>(() => DecoderModel.Load(_folder.Path, ComputeType.Float32)).Message.ShouldContain("model.embed_tokens.weight is I8");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_stored_output_of_a_tied_model_must_be_its_embedding(bool differs)
    {
        var configuration = ModelConfiguration.From(s_shape with { TieWordEmbeddings = true }, 40);
        Write(configuration, SafetensorsType.Float32, _folder.Path, [.. WeightLayout.Tensors(configuration), new WeightShape(WeightLayout.Output, [40, 16])], differs ? 1 : 0);

        if (differs)
        {
            Should.Throw<ZephyrException>(() => DecoderModel.Load(_folder.Path, ComputeType.Float32)).Message.ShouldContain("lm_head.weight is not model.embed_tokens.weight");
        }
        else
        {
            DecoderModel.Load(_folder.Path, ComputeType.Float32).Dispose();
        }
    }

    private static void Write(ModelConfiguration configuration, SafetensorsType type, string folder, IReadOnlyList<WeightShape>? tensors = null, int outputShift = 0)
    {
        Directory.CreateDirectory(folder);
        ModelConfigurationFile.Save(configuration, folder, ComputeType.Float32);
        SafetensorsWriter.Write(Path.Combine(folder, ModelWeights.SingleFile), (tensors ?? WeightLayout.Tensors(configuration)).Select(tensor => new SafetensorsContent(
            tensor.Name, type, tensor.Shape, () => Bytes(type, tensor.Shape.Aggregate(1L, (a, b) => a * b), tensor.Name == WeightLayout.Output ? outputShift : 0))));
    }

    private static byte[] Bytes(SafetensorsType type, long count, int shift)
    {
        var values = Enumerable.Range(0, (int)count).Select(i => (((i + shift) % 17) - 8) * 0.5f).ToArray();
        return type switch
        {
            SafetensorsType.Float16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, static value => (Half)value).AsSpan()).ToArray(),
            SafetensorsType.Bfloat16 => MemoryMarshal.AsBytes(Array.ConvertAll(values, static value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).AsSpan()).ToArray(),
            SafetensorsType.Float64 => MemoryMarshal.AsBytes(Array.ConvertAll(values, static value => (double)value).AsSpan()).ToArray(),
            SafetensorsType.Int8 => [.. values.Select(static value => (byte)value)],
            _ => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        };
    }
}
