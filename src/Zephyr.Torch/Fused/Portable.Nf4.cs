using static TorchSharp.torch;

namespace Zephyr.Torch;

internal static partial class Portable
{
    /// <inheritdoc cref="Fused.Nf4Linear"/>
    internal static Tensor Nf4Linear(Tensor x, IReadOnlyList<Nf4Weight> stack) =>
        ActivationCheckpoint.Run(inputs => [nn.functional.linear(inputs[0], Composed.Nf4Dequantize(stack, inputs[0].dtype))], outputCount: 1, [x])[0];
}
