using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>
/// The operations of <see cref="Fused"/> in plain tensor operations that read like the formulas: the slow twins that tests hold
/// the kernels to, and the path for devices without kernels. Arithmetic is float32, results have the dtype of the first input.
/// Parameters and results are those of the method of the same name there.
/// </summary>
public static partial class Composed
{
    /// <inheritdoc cref="Fused.RmsNorm"/>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        using var scope = NewDisposeScope();
        var wide = x.to_type(ScalarType.Float32);
        var rstd = (wide.square().mean(-1, keepdim: true) + eps).rsqrt(); // [..., 1]
        return (wide * rstd * weight.to_type(ScalarType.Float32)).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.AddRmsNorm"/>
    public static (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        var sum = x + residual;
        return (sum, RmsNorm(sum, weight, eps));
    }

    /// <inheritdoc cref="Fused.Rope"/>
    public static Tensor Rope(Tensor x, Tensor cos, Tensor sin, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(cos);
        ArgumentNullException.ThrowIfNull(sin);
        ArgumentNullException.ThrowIfNull(positions);
        using var scope = NewDisposeScope();
        var half = x.size(-1) / 2;
        // [batch, sequence, 1, headDim / 2]
        var c = cos.index_select(0, positions.flatten()).reshape(x.size(0), x.size(1), 1, half);
        var s = sin.index_select(0, positions.flatten()).reshape(x.size(0), x.size(1), 1, half);
        var wide = x.to_type(ScalarType.Float32);
        var a = wide.narrow(-1, 0, half);
        var b = wide.narrow(-1, half, half);
        return cat([a * c - b * s, b * c + a * s], -1).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.SwiGlu"/>
    public static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(up);
        using var scope = NewDisposeScope();
        return (gate.to_type(ScalarType.Float32).silu() * up.to_type(ScalarType.Float32)).to_type(gate.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.SwiGluPacked"/>
    public static Tensor SwiGluPacked(Tensor gateUp)
    {
        ArgumentNullException.ThrowIfNull(gateUp);
        using var scope = NewDisposeScope();
        var width = gateUp.size(-1) / 2;
        return SwiGlu(gateUp.narrow(-1, 0, width), gateUp.narrow(-1, width, width)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.LinearCrossEntropy"/>
    public static (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        var logits = hidden.to_type(ScalarType.Float32).matmul(weight.to_type(ScalarType.Float32).t()); // [tokens, vocab]
        var loss = nn.functional.cross_entropy(logits, labels, reduction: Reduction.Sum);
        var hits = logits.detach().argmax(1).eq(labels).sum();
        return (loss.MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="Fused.CompletionLogProbs"/>
    public static Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        var logits = hidden.to_type(ScalarType.Float32).matmul(weight.to_type(ScalarType.Float32).t()); // [batch, sequence, vocab]
        var counts = labels.ne(-100);
        var chosen = labels.clamp_min(0).unsqueeze(-1); // an ignored label reads id 0, then counts as 0
        var logProbs = logits.log_softmax(-1).gather(-1, chosen).squeeze(-1); // [batch, sequence]
        return (logProbs * counts.to_type(ScalarType.Float32)).sum(1).MoveToOuterDisposeScope();
    }
}
