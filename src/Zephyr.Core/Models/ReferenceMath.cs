using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// The decoder's operations in plain tensor operations: one line a formula, whole score and logit matrices in memory. It is the
/// form to read and to check the fused kernels against; norms, softmax and losses are taken in float32.
/// </summary>
internal sealed class ReferenceMath : DecoderMath
{
    private const long Ignored = -100;

    /// <inheritdoc/>
    public override Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        // x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich 2019, arXiv 1910.07467, eq. 4)
        var wide = x.to_type(ScalarType.Float32);
        var normed = wide.mul(wide.square().mean([-1], keepdim: true).add(eps).rsqrt());
        return normed.to_type(x.dtype).mul(weight);
    }

    /// <inheritdoc/>
    public override (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps)
    {
        var sum = x.add(residual);
        return (sum, RmsNorm(sum, weight, eps));
    }

    /// <inheritdoc/>
    public override Tensor PackedAttention(Tensor qkv, int heads, int kvHeads, Tensor cos, Tensor sin, Tensor positions, AttentionLayout layout)
    {
        var (batch, sequence) = (qkv.shape[0], qkv.shape[1]);
        var headDim = qkv.shape[2] / (heads + (2 * kvHeads));

        // [batch, sequence, (heads + 2 * kvHeads) * headDim] -> [batch, sequence, heads + 2 * kvHeads, headDim]
        var split = qkv.reshape(batch, sequence, heads + (2 * kvHeads), headDim);
        var q = Rope(split.narrow(2, 0, heads), cos, sin, positions);
        var k = Rope(split.narrow(2, heads, kvHeads), cos, sin, positions);
        return Attention(q, k, split.narrow(2, heads + kvHeads, kvHeads), layout);
    }

    /// <inheritdoc/>
    public override Tensor Rope(Tensor x, Tensor cos, Tensor sin, Tensor positions)
    {
        var half = x.shape[3] / 2;

        // Table rows of each position: [batch * sequence, headDim / 2] -> [batch, sequence, 1, headDim / 2]
        var c = cos.index_select(0, positions.flatten()).reshape(x.shape[0], x.shape[1], 1, half);
        var s = sin.index_select(0, positions.flatten()).reshape(x.shape[0], x.shape[1], 1, half);
        var first = x.narrow(3, 0, half).to_type(ScalarType.Float32);
        var second = x.narrow(3, half, half).to_type(ScalarType.Float32);
        return cat([first.mul(c).sub(second.mul(s)), second.mul(c).add(first.mul(s))], 3).to_type(x.dtype);
    }

    /// <inheritdoc/>
    public override Tensor Attention(Tensor q, Tensor k, Tensor v, AttentionLayout layout)
    {
        var (sequence, heads, group) = (q.shape[1], q.shape[2], q.shape[2] / k.shape[2]);

        // [batch, sequence, heads, headDim] -> [batch, heads, sequence, headDim]; each key head serves a group of query heads.
        var query = q.transpose(1, 2);
        var keys = k.transpose(1, 2).repeat_interleave(group, 1);
        var values = v.transpose(1, 2).repeat_interleave(group, 1);
        var scores = query.matmul(keys.transpose(2, 3)).to_type(ScalarType.Float32).mul(layout.Scale);
        var masked = scores.masked_fill(Hidden(sequence, layout), double.NegativeInfinity);
        var mixed = masked.softmax(-1).to_type(q.dtype).matmul(values);
        return mixed.transpose(1, 2).contiguous();
    }

    /// <inheritdoc/>
    public override Tensor CachedAttention(Tensor q, Tensor keys, Tensor values, Tensor lengths, int? slidingWindow, double scale)
    {
        var group = q.shape[1] / keys.shape[2];

        // [batch, heads, headDim] -> [batch, heads, 1, headDim]; caches -> [batch, heads, capacity, headDim]
        var query = q.unsqueeze(2);
        var cachedKeys = keys.transpose(1, 2).repeat_interleave(group, 1);
        var cachedValues = values.transpose(1, 2).repeat_interleave(group, 1);
        var places = arange(keys.shape[1], ScalarType.Int64).reshape(1, 1, 1, -1);
        var ends = lengths.reshape(-1, 1, 1, 1);
        var hidden = places.ge(ends);
        if (slidingWindow is { } window)
        {
            hidden = hidden.logical_or(places.lt(ends.sub(window)));
        }

        var scores = query.matmul(cachedKeys.transpose(2, 3)).to_type(ScalarType.Float32).mul(scale);
        return scores.masked_fill(hidden, double.NegativeInfinity).softmax(-1).to_type(q.dtype).matmul(cachedValues).squeeze(2);
    }

    /// <inheritdoc/>
    public override Tensor SwiGluPacked(Tensor gateUp)
    {
        // silu(gate) * up (Shazeer 2020, arXiv 2002.05202, eq. 6)
        var intermediate = gateUp.shape[^1] / 2;
        return gateUp.narrow(-1, 0, intermediate).silu().mul(gateUp.narrow(-1, intermediate, intermediate));
    }

    /// <inheritdoc/>
    public override (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels)
    {
        var (logProbs, counted) = LabelLogProbs(hidden, weight, labels, out var logits);
        var hits = logits.argmax(-1).eq(labels).logical_and(counted).sum();
        return (logProbs.sum().neg(), hits);
    }

    /// <inheritdoc/>
    public override Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels) =>
        LabelLogProbs(hidden, weight, labels, out _).LogProbs.sum([-1]);

    private static (Tensor LogProbs, Tensor Counted) LabelLogProbs(Tensor hidden, Tensor weight, Tensor labels, out Tensor logits)
    {
        var counted = labels.ne(Ignored);
        logits = nn.functional.linear(hidden, weight).to_type(ScalarType.Float32);

        // [..., vocabulary] -> the label's entry, [...]; uncounted labels read entry 0 and are then set to 0.
        var picked = logits.log_softmax(-1).gather(-1, labels.clamp_min(0).unsqueeze(-1)).squeeze(-1);
        return (picked.masked_fill(counted.logical_not(), 0), counted);
    }

    // True where a query (row) must not see a key (column): [batch or 1, 1, sequence, sequence].
    private static Tensor Hidden(long sequence, AttentionLayout layout)
    {
        var index = arange(sequence, ScalarType.Int64);
        var queries = index.reshape(1, 1, -1, 1);
        var keys = index.reshape(1, 1, 1, -1);
        var hidden = keys.gt(queries);
        if (layout.SlidingWindow is { } window)
        {
            hidden = hidden.logical_or(keys.le(queries.sub(window)));
        }

        return layout.DocumentStarts is { } starts
            ? hidden.logical_or(keys.lt(starts.to_type(ScalarType.Int64).unsqueeze(1).unsqueeze(3)))
            : hidden;
    }
}
