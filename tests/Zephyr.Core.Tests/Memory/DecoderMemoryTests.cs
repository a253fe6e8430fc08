using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Core.Tests.Memory;

public sealed class DecoderMemoryTests
{
    private static readonly ModelConfiguration s_model = ModelConfiguration.From(
        new ArchitectureOptions
        {
            HiddenSize = 64,
            IntermediateSize = 96,
            NumHiddenLayers = 3,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 2,
            MaxPositionEmbeddings = 128,
        },
        vocabSize: 1000);

    private readonly DecoderMemory _memory = new(s_model);

    [Fact]
    public void Weights_and_optimizer_are_counted_a_parameter()
    {
        var count = s_model.ParameterCount;
        var bf16 = _memory.Training(Shape(new DsftOptions()));
        bf16.Weights.ShouldBe(2 * count);
        bf16.Optimizer.ShouldBe((4 + 8) * count); // float32 masters, two float32 moments
        bf16.Holes.ShouldBe((long)(0.3 * (bf16.Gradients + bf16.Activations + bf16.Passing))); // what stays leaves none
        bf16.Total.ShouldBe(bf16.Program + bf16.Weights + bf16.Optimizer + bf16.Gradients + bf16.Activations + bf16.Passing + bf16.Holes);
        var fp32 = _memory.Training(Shape(new DsftOptions(), ComputeType.Float32));
        fp32.Weights.ShouldBe(4 * count);
        fp32.Optimizer.ShouldBe(8 * count); // float32 weights are their own masters

        _memory.Training(Shape(new DsftOptions { OptimizerStates = OptimizerStateType.Bfloat16 })).Optimizer.ShouldBe((4 + 4) * count);

        // Two bytes of codes, and a float32 scale for each block of 256 of both moments.
        _memory.Training(Shape(new DsftOptions { OptimizerStates = OptimizerStateType.Int8 })).Optimizer.ShouldBe((4 * count) + (2 * (count + (count / 64))));
    }

    [Fact]
    public void Recomputation_keeps_two_rows_a_layer_and_one_layer_whole()
    {
        // A layer keeps for each token 4 · 64 (sums, norms) + 128 (packed: (4 + 2 · 2) heads of 16) + 64 (attention) + 3 · 96 (gate, up,
        // product) = 736 values of 2 bytes, and 2 + 4 float32: 1,496 bytes. With 2 · 32 tokens and 3 layers:
        _memory.Training(Shape(new DsftOptions())).Activations.ShouldBe(64 * 1496 * 3);

        // Recomputation: 2 · 64 values of 2 bytes a token and layer, and one layer as above.
        _memory.Training(Shape(new DsftOptions { ActivationCheckpointing = true })).Activations.ShouldBe((64 * 256 * 3) + (64 * 1496));
    }

    [Fact]
    public void Adapters_alone_have_optimizer_state_and_gradients()
    {
        var lora = new LoraOptions { Rank = 4, TargetModules = [LoraTarget.QProj, LoraTarget.DownProj] };
        var estimate = _memory.Training(Shape(new DsftOptions { AccumulationSteps = 2 }) with { Lora = lora });

        // Rank 4: q has 64 inputs and 64 outputs, down 96 and 64; three layers.
        const long count = 3 * 4 * (64 + 64 + 96 + 64);
        estimate.Optimizer.ShouldBe(12 * count);
        estimate.Gradients.ShouldBe(4 * count); // between the passes, in float32
        _memory.Training(Shape(new DsftOptions { AccumulationSteps = 2, GradientSums = GradientSumType.Weights }) with { Lora = lora }).Gradients.ShouldBe(2 * count);
        estimate.Weights.ShouldBe(2 * s_model.ParameterCount);
    }

    [Theory]
    [InlineData(false, 4 * 1440)]
    [InlineData(true, 1440 + 22)]
    public void Projections_in_4_bits_take_half_a_byte_and_their_scales(bool twice, long scales)
    {
        // Three layers of 64 · (128 + 64) attention and 3 · 64 · 96 feed-forward weights: 92,160, in 1,440 blocks of 64 with a scale each.
        const long projections = 3 * ((64 * (128 + 64)) + (3 * 64 * 96));
        var estimate = new DecoderMemory(s_model, new Nf4Options(twice)).Training(Shape(new DsftOptions()) with { Lora = new LoraOptions() });
        estimate.Weights.ShouldBe((projections / 2) + scales + (2 * (s_model.ParameterCount - projections)));
    }

    [Fact]
    public void Generation_takes_whole_pages_of_every_request_and_layer_and_one_step()
    {
        // 5 requests, 20 + 30 tokens in 4 pages of 16, 3 layers, keys and values, 2 heads of 16, 2 bytes.
        var estimate = _memory.Generation(5, 20, 30, ComputeType.Bfloat16);
        const long cache = 5L * 64 * 3 * 2 * 2 * 16 * 2;
        estimate.Activations.ShouldBe(cache);

        // A step has at most the 100 tokens of all prompts, each with 8 · 64 + 128 + 64 + 3 · 96 = 992 values of 2 bytes in a layer, and the
        // logits of 5 requests: 2 bytes, and twice 4.
        estimate.Passing.ShouldBe((100 * 992 * 2) + (5 * 1000 * 10));

        // The pages that were outgrown, 64, 128, ..., are together as large as the last; 0.3 of a step is lost between its tensors.
        estimate.Holes.ShouldBe(cache + (long)(0.3 * (cache + estimate.Passing)) - (long)(0.3 * cache));

        // 600 prompts are not read at once: 512 tokens of them beside one of every request.
        _memory.Generation(600, 20, 30, ComputeType.Bfloat16).Passing.ShouldBe(((512 + 600) * 992 * 2) + (600 * 1000 * 10));
    }

    private static TrainingShape Shape(DsftOptions options, ComputeType type = ComputeType.Bfloat16) =>
        new(2, 32, type, options, Lora: null, WeightsHeldByLoss: true);
}
