using Zephyr.Core.Models.Adapters;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// One product of a decoder layer, <c>x Wᵀ</c>: the weights of one projection, or of several on the same input stacked in one matrix,
/// with low-rank adapters beside any of them.
/// </summary>
/// <param name="matrix">The matrix, <c>[sum of out, in]</c>.</param>
internal sealed class Projection(DecoderParameter matrix)
{
    private LoraAdapter? _adapter;

    /// <summary>Name of the stacked matrix.</summary>
    public string Name => matrix.Name;

    /// <summary>The Hugging Face weights stacked in it, in order.</summary>
    public IReadOnlyList<WeightShape> Parts => matrix.Parts;

    /// <summary>Puts an adapter beside the weights it has matrices for.</summary>
    /// <param name="adapter">The adapter; it stays its owner's.</param>
    public void Attach(LoraAdapter adapter) => _adapter = Parts.Any(part => adapter.Find(part.Name) is not null) ? adapter : null;

    /// <summary>Applies the projection.</summary>
    /// <param name="x">The input, <c>[..., in]</c>.</param>
    /// <returns><c>[..., sum of out]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        if (_adapter is null)
        {
            return nn.functional.linear(x, matrix.Value);
        }

        using var scope = NewDisposeScope();
        var deltas = Parts.Select(part => Delta(_adapter, part, x)).ToList();
        var delta = deltas.Count == 1 ? deltas[0] : cat(deltas, -1);
        return nn.functional.linear(x, matrix.Value).add(delta).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of one part with its adapter in it, computed in float32 and rounded once.</summary>
    /// <param name="part">One of <see cref="Parts"/>.</param>
    /// <param name="type">Type of the result.</param>
    /// <returns><c>[out, in]</c>.</returns>
    public Tensor Merged(WeightShape part, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var first = Parts.TakeWhile(other => other != part).Sum(static other => other.Shape[0]);
        var weight = matrix.Value.narrow(0, first, part.Shape[0]);
        var merged = _adapter?.Find(part.Name) is { } pair ? pair.Merge(weight, _adapter.Configuration.Scale) : weight;
        return merged.to_type(type).MoveToOuterDisposeScope();
    }

    private static Tensor Delta(LoraAdapter adapter, WeightShape part, Tensor x) => adapter.Find(part.Name) is { } pair
        ? pair.Delta(x, adapter.Configuration.Scale, adapter.Dropout)
        : zeros([.. x.shape[..^1], part.Shape[0]], x.dtype, x.device);
}
