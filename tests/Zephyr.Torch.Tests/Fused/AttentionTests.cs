using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class AttentionTests
{
    public static TheoryData<int, int, ScalarType> Sizes
    {
        get
        {
            var data = new TheoryData<int, int, ScalarType>();
            foreach (var headDim in (int[])[8, 20, 32, 64, 128])
            {
                foreach (var group in (int[])[1, 2, 4])
                {
                    data.Add(headDim, group, ScalarType.Float32);
                    data.Add(headDim, group, ScalarType.BFloat16);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Attention_equals_its_composed_twin_at_every_length_window_and_document(int headDim, int group, ScalarType type)
    {
        foreach (var length in (int[])[1, 7, 63, 64, 65, 130])
        {
            foreach (var (window, documents) in (IEnumerable<(int?, bool)>)[(null, false), (10, false), (null, true), (10, true)])
            {
                using var scope = NewDisposeScope();
                using var generator = new Generator(7);
                Tensor[] inputs =
                [
                    Comparison.Random(generator, type, 2, length, 2 * group, headDim),
                    Comparison.Random(generator, type, 2, length, 2, headDim),
                    Comparison.Random(generator, type, 2, length, 2, headDim),
                ];
                var layout = new AttentionLayout(documents ? Documents(2, length) : null, window, 1 / Math.Sqrt(headDim));
                Comparison.Check(
                    generator,
                    inputs,
                    x => [Torch.Fused.Attention(x[0], x[1], x[2], layout)],
                    x => [Composed.Attention(x[0], x[1], x[2], layout)],
                    $"length {length}, window {window}, documents {documents}");
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Packed_attention_equals_rope_and_attention(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(8);
        const long heads = 4, kvHeads = 2, headDim = 20;
        var angles = rand([64, headDim / 2], generator: generator) * 6;
        var (cos, sin) = (angles.cos(), angles.sin());
        var positions = randint(0, 64, [2, 45], ScalarType.Int64, generator: generator);
        var layout = new AttentionLayout(Documents(2, 45), null, 0.3);
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 2, 45, (heads + (2 * kvHeads)) * headDim)],
            x => [Torch.Fused.PackedAttention(x[0], heads, kvHeads, cos, sin, positions, layout)],
            x => [Composed.PackedAttention(x[0], heads, kvHeads, cos, sin, positions, layout)],
            "packed attention");
    }

    [Fact]
    public void Attention_reads_strided_views_as_it_reads_contiguous_tensors()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        var packed = Comparison.Random(generator, ScalarType.BFloat16, 2, 40, 8, 32);
        var (q, k, v) = (packed.narrow(2, 0, 4), packed.narrow(2, 4, 2), packed.narrow(2, 6, 2));
        var layout = new AttentionLayout(null, null, 0.2);
        Torch.Fused.Attention(q, k, v, layout)
            .equal(Torch.Fused.Attention(q.contiguous(), k.contiguous(), v.contiguous(), layout)).ShouldBeTrue();
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var q = Comparison.Random(generator, ScalarType.BFloat16, 3, 70, 4, 32);
        var layout = new AttentionLayout(null, null, 0.2);
        var k = q.narrow(2, 0, 2).contiguous();
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            var (one, oneGrad) = Run();
            set_num_threads(3);
            var (three, threeGrad) = Run();
            three.equal(one).ShouldBeTrue();
            threeGrad.equal(oneGrad).ShouldBeTrue();
        }
        finally
        {
            set_num_threads(before);
        }

        (Tensor Out, Tensor Grad) Run()
        {
            var key = k.detach().clone().requires_grad_();
            var result = Torch.Fused.Attention(q, key, key, layout);
            result.to_type(ScalarType.Float32).square().sum().backward();
            return (result, key.grad!);
        }
    }

    // A new document every 12 positions in row 0 and every 35 in row 1, from position 5.
    internal static Tensor Documents(int batch, int length)
    {
        var starts = new int[batch * length];
        for (var row = 0; row < batch; row++)
        {
            for (int i = 0, start = 0; i < length; i++)
            {
                start = i % (12 + (23 * row)) == 5 ? i : start;
                starts[(row * length) + i] = start;
            }
        }

        return tensor(starts, [batch, length]);
    }
}
