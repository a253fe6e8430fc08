using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>Runs a fused operation and its composed twin on the same numbers and compares values and gradients.</summary>
internal static class Comparison
{
    /// <summary>float32 against float32: both round differently, nothing else.</summary>
    internal const double Float32 = 5e-6;

    /// <summary>
    /// bfloat16 against float32 on the same bfloat16 inputs: a stored result is off by up to 2⁻⁹ = 0.2%, and gradients pass
    /// through a few such roundings (probabilities, logits).
    /// </summary>
    internal const double BFloat16 = 0.015;

    internal static double Tolerance(ScalarType type) => type == ScalarType.Float32 ? Float32 : BFloat16;

    internal static Tensor Random(Generator generator, ScalarType type, params long[] shape) => randn(shape, generator: generator).to_type(type);

    /// <summary>Relative error in the Euclidean norm, <c>|a − b| / |b|</c>; against zeros, the norm itself.</summary>
    internal static double Error(Tensor actual, Tensor expected)
    {
        var (a, b) = (actual.detach().to_type(ScalarType.Float64), expected.detach().to_type(ScalarType.Float64));
        a.shape.ShouldBe(b.shape);
        if (b.numel() == 0)
        {
            return 0;
        }

        var size = b.norm().item<double>();
        var difference = (a - b).norm().item<double>();
        return size < 1e-9 ? difference : difference / size;
    }

    /// <summary>
    /// Compares outputs and every input's gradient of <c>Σ outputs · upstream</c>, upstream random. The composed side gets float32
    /// copies of the inputs.
    /// </summary>
    internal static void Check(Generator generator, Tensor[] inputs, Func<Tensor[], Tensor[]> fused, Func<Tensor[], Tensor[]> composed, string what)
    {
        var tolerance = Tolerance(inputs[0].dtype);
        var ours = inputs.Select(input => input.detach().clone().requires_grad_()).ToArray();
        var twins = inputs.Select(input => input.detach().to_type(ScalarType.Float32, copy: true).requires_grad_()).ToArray();
        var actual = fused(ours);
        var expected = composed(twins);
        Tensor? total = null, totalExpected = null;
        for (var i = 0; i < actual.Length; i++)
        {
            Error(actual[i], expected[i]).ShouldBeLessThan(tolerance, $"output {i} of {what}");
            var upstream = randn(actual[i].shape, generator: generator);
            var term = (actual[i].to_type(ScalarType.Float32) * upstream).sum();
            var termExpected = (expected[i] * upstream).sum();
            total = total is null ? term : total + term;
            totalExpected = totalExpected is null ? termExpected : totalExpected + termExpected;
        }

        total!.backward();
        totalExpected!.backward();
        for (var i = 0; i < inputs.Length; i++)
        {
            ours[i].grad!.dtype.ShouldBe(inputs[i].dtype);
            // A gradient that is zero in exact arithmetic is rounding noise on both sides: compare it with the upstream's size.
            var (mine, twin) = (ours[i].grad!, twins[i].grad!);
            var negligible = twin.norm().item<float>() < 1e-4 && mine.to_type(ScalarType.Float32).norm().item<float>() < 0.05;
            if (!negligible)
            {
                Error(mine, twin).ShouldBeLessThan(tolerance, $"gradient {i} of {what}");
            }
        }
    }
}
