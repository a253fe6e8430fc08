using System.Diagnostics.CodeAnalysis;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>Types in which the gradients of a step's passes are summed.</summary>
public enum GradientSumType
{
    /// <summary>float32, whatever the weights are in: 4 bytes more for each bfloat16 weight that is trained.</summary>
    Float32,

    /// <summary>The type of the weights: in bfloat16 every pass is rounded to 8 bits of the sum.</summary>
    Weights,
}

/// <summary>
/// Sums the gradients of a step's passes. libtorch adds a pass to what is there in the type of the weight, and bfloat16 has 8 bits: after
/// 256 like passes a sum no longer grows. Here each pass goes into a float32 sum, which is rounded once when the step is whole, so a step of many
/// passes has the gradient of one large pass. Float32 weights and steps of one pass are left to libtorch, with the same result.
/// </summary>
/// <param name="trainable">What is trained.</param>
/// <param name="type">The type to sum in.</param>
internal sealed class GradientSums(IReadOnlyList<DecoderParameter> trainable, GradientSumType type) : IDisposable
{
    private readonly Dictionary<string, Tensor> _sums = new(StringComparer.Ordinal);

    /// <summary>Takes the gradients that a pass has left in the weights; after the last pass the weights have the step's.</summary>
    /// <param name="pass">The pass, from 0.</param>
    /// <param name="passes">Passes of the step.</param>
    public void Take(int pass, int passes)
    {
        if (passes == 1 || type == GradientSumType.Weights)
        {
            return;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in trainable.Select(static parameter => (parameter.Name, parameter.Value)).Where(static parameter => parameter.Value.dtype != ScalarType.Float32))
        {
            if (weight.grad is { } gradient)
            {
                Add(name, gradient);
                weight.grad = null;
            }

            if (pass == passes - 1 && _sums.Remove(name, out var sum))
            {
                weight.grad = sum.to(weight.dtype);
                sum.Dispose();
            }
        }
    }

    /// <summary>Frees sums of a step that was not finished.</summary>
    public void Dispose()
    {
        foreach (var sum in _sums.Values)
        {
            sum.Dispose();
        }

        _sums.Clear();
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "the sum leaves the scope and is freed with the step")]
    private void Add(string name, Tensor gradient)
    {
        if (_sums.TryGetValue(name, out var sum))
        {
            sum.add_(gradient);
        }
        else
        {
            _sums[name] = gradient.to(ScalarType.Float32).DetachFromDisposeScope();
        }
    }
}
