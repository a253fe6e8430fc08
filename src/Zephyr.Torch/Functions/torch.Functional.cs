using Zephyr.Torch.Interop;

namespace TorchSharp;

/// <summary>What a loss over many elements returns; the numbers are libtorch's.</summary>
public enum Reduction : long
{
    /// <summary>The loss of each element.</summary>
    None = 0,

    /// <summary>Their mean.</summary>
    Mean = 1,

    /// <summary>Their sum.</summary>
    Sum = 2,
}

public static partial class torch
{
    /// <summary>Neural network building blocks.</summary>
    public static partial class nn
    {
        /// <summary>Layers and losses as plain functions.</summary>
        public static class functional
        {
            /// <summary>x W^T + b: x [.., in], weight [out, in], bias [out] gives [.., out].</summary>
            public static Tensor linear(Tensor input, Tensor weight, Tensor? bias = null)
            {
                using var offset = new OptionalHandle(bias?.Handle);
                var code = Native.zt_linear(input.Handle, weight.Handle, offset.Pointer, out var result);
                return NativeCall.Result(code, result, nameof(linear), input, weight, bias);
            }

            /// <summary>Rows of weight [rows, width] by index: input int64 [..] gives [.., width].</summary>
            public static Tensor embedding(Tensor input, Tensor weight) =>
                NativeCall.Result(Native.zt_embedding(input.Handle, weight.Handle, out var result), result, nameof(embedding), input, weight);

            /// <summary>-ln softmax(input)[target]: input [tokens, classes], target int64 [tokens].</summary>
            /// <param name="input">Logits.</param>
            /// <param name="target">Class of each row.</param>
            /// <param name="weight">A weight of each class.</param>
            /// <param name="ignore_index">Rows with this target count neither in the loss nor in its mean.</param>
            /// <param name="reduction">None, mean or sum.</param>
            /// <param name="label_smoothing">How much of the target is spread over all classes.</param>
            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0)
            {
                using var weights = new OptionalHandle(weight?.Handle);
                var code = Native.zt_cross_entropy(
                    input.Handle, target.Handle, weights.Pointer, (long)reduction, ignore_index, label_smoothing, out var result);
                return NativeCall.Result(code, result, nameof(cross_entropy), input, target, weight);
            }

            /// <summary>-input[target]: input log-probabilities [tokens, classes], target int64 [tokens].</summary>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean)
            {
                using var weights = new OptionalHandle(weight?.Handle);
                var code = Native.zt_nll_loss(input.Handle, target.Handle, weights.Pointer, (long)reduction, ignore_index, out var result);
                return NativeCall.Result(code, result, nameof(nll_loss), input, target, weight);
            }

            /// <summary>(input - target)^2, reduced.</summary>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                NativeCall.Result(Native.zt_mse_loss(input.Handle, target.Handle, (long)reduction, out var result), result, nameof(mse_loss), input, target);

            /// <summary>int64 [.., classes]: 1 at each index, else 0. Classes -1: as many as the largest index needs.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) =>
                NativeCall.Result(Native.zt_one_hot(x.Handle, num_classes, out var result), result, nameof(one_hot), x);

            /// <inheritdoc cref="Tensor.softmax"/>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            /// <inheritdoc cref="Tensor.log_softmax"/>
            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => input.log_softmax(dim, dtype);

            /// <inheritdoc cref="Tensor.silu"/>
            public static Tensor silu(Tensor x) => x.silu();

            /// <inheritdoc cref="Tensor.gelu"/>
            public static Tensor gelu(Tensor x) => x.gelu();

            /// <inheritdoc cref="Tensor.relu"/>
            public static Tensor relu(Tensor x) => x.relu();

            /// <inheritdoc cref="Tensor.log_sigmoid"/>
            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();

            /// <inheritdoc cref="Tensor.softplus"/>
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => x.softplus(beta, threshold);
        }
    }
}
