using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>The path of devices without kernels of ours, run on the CPU beside the plain formulas.</summary>
public sealed class PortableTests
{
    [Theory]
    [InlineData(ScalarType.Float32, 1)]
    [InlineData(ScalarType.Float32, 4)]
    [InlineData(ScalarType.BFloat16, 4)]
    public void Attention_equals_the_plain_formula_with_and_without_documents_and_window(ScalarType type, int group)
    {
        foreach (var length in (int[])[1, 7, 65])
        {
            foreach (var (window, documents) in (IEnumerable<(int?, bool)>)[(null, false), (10, false), (100, false), (null, true), (10, true)])
            {
                using var scope = NewDisposeScope();
                using var generator = new Generator(3);
                var starts = documents ? tensor([.. Enumerable.Range(0, 2 * length).Select(i => i % length < length / 2 ? 0 : length / 2)], [2, length]) : null;
                var layout = new AttentionLayout(starts, window, 0.2);
                Comparison.Check(
                    generator,
                    [Random(generator, type, 2, length, 2 * group, 32), Random(generator, type, 2, length, 2, 32), Random(generator, type, 2, length, 2, 32)],
                    x => [Portable.Attention(x[0], x[1], x[2], layout)],
                    x => [Composed.Attention(x[0], x[1], x[2], layout)],
                    $"length {length}, window {window}, documents {documents}");
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Packed_attention_equals_the_plain_formula(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var (cos, sin) = (randn([40, 8], generator: generator), randn([40, 8], generator: generator));
        var positions = arange(20, ScalarType.Int64).unsqueeze(0).expand(2, 20).contiguous();
        var layout = new AttentionLayout(null, null, 0.25);
        Comparison.Check(
            generator,
            [Random(generator, type, 2, 20, 8 * 16)],
            x => [Portable.PackedAttention(x[0], 4, 2, cos, sin, positions, layout)],
            x => [Composed.PackedAttention(x[0], 4, 2, cos, sin, positions, layout)],
            "packed attention");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Row_operations_equal_the_plain_formulas(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        Comparison.Check(
            generator,
            [Random(generator, type, 3, 5, 64), Random(generator, type, 64)],
            x => [Portable.RmsNorm(x[0], x[1], 1e-5)],
            x => [Composed.RmsNorm(x[0], x[1], 1e-5)],
            "RMSNorm");
        Comparison.Check(generator, [Random(generator, type, 3, 5, 64)], x => [Portable.SwiGluPacked(x[0])], x => [Composed.SwiGluPacked(x[0])], "SwiGLU");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Losses_in_chunks_equal_the_plain_formulas(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(6);

        // 2 * 2,500 tokens are three chunks of 2,048; as 2,500 a sequence each sequence is a chunk.
        var labels = tensor([.. Enumerable.Range(0, 5000).Select(i => i % 3 == 0 ? -100L : i % 11)], [2, 2500]);
        var (hidden, weight) = (Random(generator, type, 2, 2500, 16), Random(generator, type, 11, 16));
        Comparison.Check(
            generator,
            [hidden.flatten(0, 1), weight],
            x => [Portable.LinearCrossEntropy(x[0], x[1], labels.flatten()).Loss],
            x => [Composed.LinearCrossEntropy(x[0], x[1], labels.flatten()).Loss],
            "cross-entropy");
        Portable.LinearCrossEntropy(hidden.to_type(ScalarType.Float32).flatten(0, 1), weight.to_type(ScalarType.Float32), labels.flatten()).Hits.item<long>()
            .ShouldBe(Composed.LinearCrossEntropy(hidden.flatten(0, 1), weight, labels.flatten()).Hits.item<long>());
        Comparison.Check(
            generator,
            [hidden, weight],
            x => [Portable.CompletionLogProbs(x[0], x[1], labels)],
            x => [Composed.CompletionLogProbs(x[0], x[1], labels)],
            "completion log-probabilities");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Weights_of_4_bits_are_widened_in_pieces_to_the_bits_of_the_plain_formula(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        using var first = Nf4Weight.Quantize(randn([96, 128], generator: generator), doubleQuantization: true); // 192 blocks
        using var second = Nf4Weight.Quantize(randn([33, 128], generator: generator), doubleQuantization: false);
        var expected = Composed.Nf4Dequantize([first, second], type);
        foreach (var blocks in (long[])[1, 50, 192, 1 << 18])
        {
            Portable.Nf4Dequantize([first, second], type, blocks).equal(expected).ShouldBeTrue($"{blocks} blocks a piece");
        }

        Torch.Fused.Nf4Dequantize([first, second], type).equal(expected).ShouldBeTrue("the kernel's too");
    }

    [Fact]
    public void A_product_with_4_bit_weights_equals_the_kernels()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        using var first = Nf4Weight.Quantize(randn([64, 128], generator: generator), doubleQuantization: true);
        using var second = Nf4Weight.Quantize(randn([32, 128], generator: generator), doubleQuantization: false);
        Comparison.Check(
            generator,
            [Random(generator, ScalarType.Float32, 5, 128)],
            x => [Portable.Nf4Linear(x[0], [first, second])],
            x => [Torch.Fused.Nf4Linear(x[0], [first, second])],
            "NF4 product");
    }

    [Theory]
    [InlineData(OptimizerStateType.Float32, ScalarType.Float32)]
    [InlineData(OptimizerStateType.Float32, ScalarType.BFloat16)]
    [InlineData(OptimizerStateType.Bfloat16, ScalarType.BFloat16)]
    [InlineData(OptimizerStateType.Int8, ScalarType.BFloat16)]
    public void AdamW_steps_equal_those_of_the_kernel(OptimizerStateType states, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (ours, kernel) = (Steps(states, type, portable: true), Steps(states, type, portable: false));

        // A code or a rounding on the border may fall the other way: one in a thousand may, and is then off by one step of its type.
        ours.Zip(kernel).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-6).ShouldBeLessThan(ours.Length / 1000);
        ours.ShouldBe(kernel, 0.01);
    }

    private static float[] Steps(OptimizerStateType states, ScalarType type, bool portable)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        var weight = randn([37, 211], generator: generator).to_type(type).requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0.01)], states: states) { PortableOnly = portable };
        for (var step = 0; step < 5; step++)
        {
            weight.grad = randn([37, 211], generator: generator).to_type(type);
            optimizer.Step(0.01, maxNorm: 10);
        }

        var master = optimizer.NamedState.FirstOrDefault(tensor => tensor.Name == "w.master")?.Value ?? weight;
        return master.detach().data<float>().ToArray();
    }

    private static Tensor Random(Generator generator, ScalarType type, params long[] shape) => Comparison.Random(generator, type, shape);
}
