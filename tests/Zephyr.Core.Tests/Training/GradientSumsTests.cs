using Zephyr.Core.Models;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

public sealed class GradientSumsTests
{
    private const int Passes = 512;

    // bfloat16 has 8 bits: 256 + 1 is a tie between 256 and 258 and goes to the even one, 256. In float32 512 ones are 512.
    [Theory]
    [InlineData(GradientSumType.Float32, 512)]
    [InlineData(GradientSumType.Weights, 256)]
    public void Many_small_gradients_add_up_in_float32_and_stop_growing_in_bfloat16(GradientSumType type, float expected)
    {
        using var scope = NewDisposeScope();
        using var weight = Weight(ScalarType.BFloat16);
        using var sums = new GradientSums([new DecoderParameter("w", weight, [])], type);
        for (var pass = 0; pass < Passes; pass++)
        {
            weight.sum().backward();
            sums.Take(pass, Passes);
        }

        weight.grad!.dtype.ShouldBe(ScalarType.BFloat16);
        weight.grad!.to(ScalarType.Float32).data<float>().ToArray().ShouldAllBe(value => value == expected);
    }

    // The passes give 1, 2, ..., n times the same: n (n + 1) / 2.
    [Theory]
    [InlineData(ScalarType.Float32, 10, 55)]
    [InlineData(ScalarType.BFloat16, 10, 55)]
    [InlineData(ScalarType.BFloat16, 1, 1)]
    public void A_step_has_the_sum_of_its_passes_and_the_next_step_begins_at_nothing(ScalarType dtype, int passes, float expected)
    {
        using var scope = NewDisposeScope();
        using var weight = Weight(dtype);
        using var sums = new GradientSums([new DecoderParameter("w", weight, [])], GradientSumType.Float32);
        for (var step = 0; step < 2; step++)
        {
            for (var pass = 0; pass < passes; pass++)
            {
                weight.sum().mul(pass + 1).backward();
                sums.Take(pass, passes);
            }

            weight.grad!.to(ScalarType.Float32).data<float>().ToArray().ShouldAllBe(value => value == expected);
            weight.grad = null;
        }
    }

    [Fact]
    public void A_weight_that_no_pass_reached_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var weight = Weight(ScalarType.BFloat16);
        using var other = Weight(ScalarType.BFloat16);
        using var sums = new GradientSums([new DecoderParameter("w", weight, []), new DecoderParameter("o", other, [])], GradientSumType.Float32);
        weight.sum().backward();
        sums.Take(0, 2);
        sums.Take(1, 2); // a last pass that reached nothing
        weight.grad.ShouldNotBeNull();
        other.grad.ShouldBeNull();
    }

    private static Tensor Weight(ScalarType dtype) => ones([3], dtype).DetachFromDisposeScope().requires_grad_();
}
