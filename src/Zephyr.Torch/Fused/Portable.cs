using TorchSharp;
using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>
/// The operations of <see cref="Fused"/> on devices without kernels of ours, a GPU above all: made of libtorch's operations in the
/// type of the inputs, as Hugging Face's model code does, with libtorch's own fused ones where its version has them. Logits exist for a
/// chunk of tokens at a time and are computed again in backward. Results agree with <see cref="Composed"/> to rounding.
/// </summary>
internal static partial class Portable
{
    // 2,048 rows of a vocabulary of 32,000 are 260 MB of float32 logits.
    private const long ChunkRows = 2048;

    /// <summary>Whether tensors must take this path: one of them is not in main memory.</summary>
    internal static bool Serves(Tensor tensor) => tensor.device_type != DeviceType.CPU;

    /// <inheritdoc cref="Fused.RmsNorm"/>
    internal static Tensor RmsNorm(Tensor x, Tensor weight, double eps) => TorchRuntime.Capabilities.HasFlag(TorchCapabilities.RmsNorm)
        ? NativeCall.Result(Native.zt_rms_norm(x.Handle, weight.Handle, eps, out var result), result, nameof(RmsNorm), x, weight)
        : Composed.RmsNorm(x, weight, eps);

    /// <inheritdoc cref="Fused.AddRmsNorm"/>
    internal static (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps)
    {
        var sum = x + residual;
        return (sum, RmsNorm(sum, weight, eps));
    }

    /// <inheritdoc cref="Fused.SwiGlu"/>
    internal static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        using var scope = NewDisposeScope();
        return (gate.silu() * up).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.SwiGluPacked"/>
    internal static Tensor SwiGluPacked(Tensor gateUp)
    {
        using var scope = NewDisposeScope();
        var width = gateUp.size(-1) / 2;
        return SwiGlu(gateUp.narrow(-1, 0, width), gateUp.narrow(-1, width, width)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc cref="Fused.LinearCrossEntropy"/>
    internal static (Tensor Loss, Tensor Hits) LinearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels)
    {
        using var scope = NewDisposeScope();
        Tensor? loss = null, hits = null;
        for (long first = 0; first < Math.Max(1, hidden.size(0)); first += ChunkRows)
        {
            var rows = Math.Min(ChunkRows, hidden.size(0) - first);
            var chunk = ActivationCheckpoint.Run(
                static inputs =>
                {
                    var logits = Logits(inputs[0], inputs[1]); // [rows, vocab]
                    return [nn.functional.cross_entropy(logits, inputs[2], reduction: Reduction.Sum), logits.detach().argmax(1).eq(inputs[2]).sum()];
                },
                outputCount: 2,
                [hidden.narrow(0, first, rows), weight, labels.narrow(0, first, rows)]);
            loss = loss is null ? chunk[0] : loss + chunk[0];
            hits = hits is null ? chunk[1] : hits + chunk[1];
        }

        return (loss!.MoveToOuterDisposeScope(), hits!.MoveToOuterDisposeScope());
    }

    /// <inheritdoc cref="Fused.CompletionLogProbs"/>
    internal static Tensor CompletionLogProbs(Tensor hidden, Tensor weight, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var sums = new List<Tensor>();
        var together = Math.Max(1, ChunkRows / Math.Max(1, labels.size(1)));
        for (long first = 0; first < labels.size(0); first += together)
        {
            var rows = Math.Min(together, labels.size(0) - first);
            sums.Add(ActivationCheckpoint.Run(
                static inputs =>
                {
                    // Not log_softmax and gather: the gradient of gather adds in no fixed order on a GPU, and deterministic mode refuses it there before 2.1.
                    var logits = Logits(inputs[0], inputs[1]).flatten(0, 1); // [rows * sequence, vocab]
                    var losses = nn.functional.cross_entropy(logits, inputs[2].flatten(), reduction: Reduction.None); // an ignored label counts as 0
                    return [losses.neg().view(inputs[2].size(0), -1).sum(1)];
                },
                outputCount: 1,
                [hidden.narrow(0, first, rows), weight, labels.narrow(0, first, rows)])[0]);
        }

        return cat(sums, 0).MoveToOuterDisposeScope();
    }

    // The product in the type of the weights, what follows in float32.
    private static Tensor Logits(Tensor hidden, Tensor weight) => nn.functional.linear(hidden, weight).to_type(ScalarType.Float32);
}
