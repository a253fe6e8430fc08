using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class RowOperationTests
{
    public static TheoryData<int, ScalarType> Widths
    {
        get
        {
            var data = new TheoryData<int, ScalarType>();
            foreach (var width in (int[])[1, 8, 20, 64, 257])
            {
                data.Add(width, ScalarType.Float32);
                data.Add(width, ScalarType.BFloat16);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void RmsNorm_equals_its_composed_twin(int hidden, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        // 300 rows: more than one chunk of the weight gradient.
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 3, 100, hidden), Comparison.Random(generator, type, hidden)],
            x => [Torch.Fused.RmsNorm(x[0], x[1], 1e-5)],
            x => [Composed.RmsNorm(x[0], x[1], 1e-5)],
            $"hidden {hidden}");
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void AddRmsNorm_equals_its_composed_twin(int hidden, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        Comparison.Check(
            generator,
            [
                Comparison.Random(generator, type, 3, 100, hidden),
                Comparison.Random(generator, type, 3, 100, hidden),
                Comparison.Random(generator, type, hidden),
            ],
            x => Both(Torch.Fused.AddRmsNorm(x[0], x[1], x[2], 1e-5)),
            x => Both(Composed.AddRmsNorm(x[0], x[1], x[2], 1e-5)),
            $"hidden {hidden}");
    }

    [Fact]
    public void AddRmsNorm_passes_the_gradient_on_when_only_the_sum_is_used()
    {
        using var scope = NewDisposeScope();
        var x = ones([2, 8]).requires_grad_();
        Torch.Fused.AddRmsNorm(x, ones([2, 8]), ones([8]), 1e-5).Sum.sum().backward();
        x.grad!.data<float>().ToArray().ShouldAllBe(value => value == 1);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void SwiGlu_equals_its_composed_twin(int width, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 5, 9, width), Comparison.Random(generator, type, 5, 9, width)],
            x => [Torch.Fused.SwiGlu(x[0], x[1])],
            x => [Composed.SwiGlu(x[0], x[1])],
            $"width {width}");
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 5, 9, 2 * width)],
            x => [Torch.Fused.SwiGluPacked(x[0])],
            x => [Composed.SwiGluPacked(x[0])],
            $"packed width {width}");
    }

    [Fact]
    public void SwiGlu_of_very_negative_gates_is_zero_not_NaN()
    {
        using var scope = NewDisposeScope();
        var gate = tensor((float[])[-1000f, -88f, 0f, 88f, 1000f]).requires_grad_();
        var result = Torch.Fused.SwiGlu(gate, ones([5]));
        result.sum().backward();
        // silu(x) -> 0 below, x above; its derivative -> 0 below, 1 above.
        result.data<float>().ToArray().ShouldBe([0f, 0f, 0f, 88f, 1000f], 1e-30);
        gate.grad!.data<float>().ToArray().ShouldBe([0f, 0f, 0.5f, 1f, 1f], 1e-6);
    }

    [Theory]
    [InlineData(8, ScalarType.Float32)]
    [InlineData(20, ScalarType.Float32)]
    [InlineData(128, ScalarType.Float32)]
    [InlineData(20, ScalarType.BFloat16)]
    [InlineData(64, ScalarType.BFloat16)]
    public void Rope_equals_its_composed_twin(int headDim, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var angles = rand([40, headDim / 2], generator: generator) * 6;
        var (cos, sin) = (angles.cos(), angles.sin());
        var positions = randint(0, 40, [2, 17], ScalarType.Int64, generator: generator);
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 2, 17, 3, headDim)],
            x => [Torch.Fused.Rope(x[0], cos, sin, positions)],
            x => [Composed.Rope(x[0], cos, sin, positions)],
            $"headDim {headDim}");
    }

    private static Tensor[] Both((Tensor Sum, Tensor Normed) pair) => [pair.Sum, pair.Normed];
}
