using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

public static partial class Fused
{
    /// <summary>
    /// Linear layer and cross-entropy in one: the sum over labelled tokens of <c>logsumexp(logits) − logits[label]</c> with
    /// <c>logits = hidden · weightᵀ</c>. Logits exist for a chunk of tokens at a time; the gradients are computed in the same pass.
    /// </summary>
    /// <param name="hidden"><c>[tokens, hidden]</c>.</param>
    /// <param name="weight"><c>[vocab, hidden]</c>, the dtype of hidden.</param>
    /// <param name="labels">int64 <c>[tokens]</c>; -100 marks a token that does not count.</param>
    /// <returns>Loss: float32 scalar, the sum. Hits: int64 scalar without gradient, tokens whose label is the largest logit.</returns>
    public static (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(labels);
        if (Portable.Serves(hidden))
        {
            return Portable.LinearCrossEntropy(hidden, weight, labels);
        }

        var code = Native.zt_fused_linear_cross_entropy(hidden.Handle, weight.Handle, labels.Handle, out var loss, out var hits);
        NativeCall.Check(code, nameof(LinearCrossEntropy), hidden, weight, labels);
        return (new Tensor(loss), new Tensor(hits));
    }

    /// <summary>
    /// Linear layer and summed log-probabilities in one: <c>out[b] = Σ log softmax(hidden · weightᵀ)[label]</c> over a row's
    /// labelled positions, the log π(y | x) of arXiv 2305.18290 equation 7. Backward computes the logits again in chunks.
    /// </summary>
    /// <param name="hidden"><c>[batch, sequence, hidden]</c>.</param>
    /// <param name="weight"><c>[vocab, hidden]</c>, the dtype of hidden.</param>
    /// <param name="labels">int64 <c>[batch, sequence]</c>, already shifted; -100 marks a position that does not count.</param>
    /// <returns>float32 <c>[batch]</c>.</returns>
    public static Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(labels);
        if (Portable.Serves(hidden))
        {
            return Portable.CompletionLogProbs(hidden, weight, labels);
        }

        var code = Native.zt_fused_completion_log_probs(hidden.Handle, weight.Handle, labels.Handle, out var result);
        return NativeCall.Result(code, result, nameof(CompletionLogProbs), hidden, weight, labels);
    }

    /// <summary>
    /// Scales all gradients so that their common norm is at most maxNorm (<c>factor = maxNorm / (norm + 1e-6)</c>, as
    /// <c>torch.nn.utils.clip_grad_norm_</c>). Parameters without a gradient are skipped.
    /// </summary>
    /// <param name="parameters">The parameters whose gradients are scaled in place.</param>
    /// <param name="maxNorm">The largest norm allowed; 0 or less only measures.</param>
    /// <returns>The Euclidean norm before clipping.</returns>
    public static unsafe double ClipGradNorm(IReadOnlyList<Tensor> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using var held = new HeldTensors(parameters);
        fixed (nint* pointers = held.Pointers)
        {
            NativeCall.Check(Native.zt_fused_clip_grad_norm(pointers, held.Pointers.Length, maxNorm, out var norm), nameof(ClipGradNorm));
            return norm;
        }
    }
}
