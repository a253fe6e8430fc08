using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Functions of each element: the result has the input's shape.
    public partial class Tensor
    {
        /// <summary>-x of each element.</summary>
        public Tensor neg() => NativeCall.Result(Native.zt_neg(handle, out var result), result, "neg", this);

        /// <summary>|x| of each element.</summary>
        public Tensor abs() => NativeCall.Result(Native.zt_abs(handle, out var result), result, "abs", this);

        /// <summary>e^x of each element.</summary>
        public Tensor exp() => NativeCall.Result(Native.zt_exp(handle, out var result), result, "exp", this);

        /// <summary>e^x - 1 of each element, exact near zero.</summary>
        public Tensor expm1() => NativeCall.Result(Native.zt_expm1(handle, out var result), result, "expm1", this);

        /// <summary>Natural logarithm of each element.</summary>
        public Tensor log() => NativeCall.Result(Native.zt_log(handle, out var result), result, "log", this);

        /// <summary>ln(1 + x) of each element, exact near zero.</summary>
        public Tensor log1p() => NativeCall.Result(Native.zt_log1p(handle, out var result), result, "log1p", this);

        /// <summary>Square root of each element.</summary>
        public Tensor sqrt() => NativeCall.Result(Native.zt_sqrt(handle, out var result), result, "sqrt", this);

        /// <summary>1 / sqrt(x) of each element.</summary>
        public Tensor rsqrt() => NativeCall.Result(Native.zt_rsqrt(handle, out var result), result, "rsqrt", this);

        /// <summary>1 / x of each element.</summary>
        public Tensor reciprocal() => NativeCall.Result(Native.zt_reciprocal(handle, out var result), result, "reciprocal", this);

        /// <summary>x * x of each element.</summary>
        public Tensor square() => NativeCall.Result(Native.zt_square(handle, out var result), result, "square", this);

        /// <summary>Cosine of each element, in radians.</summary>
        public Tensor cos() => NativeCall.Result(Native.zt_cos(handle, out var result), result, "cos", this);

        /// <summary>Sine of each element, in radians.</summary>
        public Tensor sin() => NativeCall.Result(Native.zt_sin(handle, out var result), result, "sin", this);

        /// <summary>Hyperbolic tangent of each element.</summary>
        public Tensor tanh() => NativeCall.Result(Native.zt_tanh(handle, out var result), result, "tanh", this);

        /// <summary>Error function of each element.</summary>
        public Tensor erf() => NativeCall.Result(Native.zt_erf(handle, out var result), result, "erf", this);

        /// <summary>1 / (1 + e^-x) of each element.</summary>
        public Tensor sigmoid() => NativeCall.Result(Native.zt_sigmoid(handle, out var result), result, "sigmoid", this);

        /// <summary>max(x, 0) of each element.</summary>
        public Tensor relu() => NativeCall.Result(Native.zt_relu(handle, out var result), result, "relu", this);

        /// <summary>x * sigmoid(x) of each element.</summary>
        public Tensor silu() => NativeCall.Result(Native.zt_silu(handle, out var result), result, "silu", this);

        /// <summary>x * Phi(x) of each element, Phi the normal distribution function.</summary>
        public Tensor gelu() => NativeCall.Result(Native.zt_gelu(handle, out var result), result, "gelu", this);

        /// <summary>ln(sigmoid(x)) of each element, stable for large negative x.</summary>
        public Tensor log_sigmoid() => NativeCall.Result(Native.zt_log_sigmoid(handle, out var result), result, "log_sigmoid", this);

        /// <summary>ln(1 + e^(beta x)) / beta of each element; x itself where beta x exceeds the threshold.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) =>
            NativeCall.Result(Native.zt_softplus(handle, beta, threshold, out var result), result, "softplus", this);

        /// <summary>The largest integer not above each element.</summary>
        public Tensor floor() => NativeCall.Result(Native.zt_floor(handle, out var result), result, "floor", this);

        /// <summary>The smallest integer not below each element.</summary>
        public Tensor ceil() => NativeCall.Result(Native.zt_ceil(handle, out var result), result, "ceil", this);

        /// <summary>The nearest integer, ties to even.</summary>
        public Tensor round() => NativeCall.Result(Native.zt_round(handle, out var result), result, "round", this);

        /// <summary>-1, 0 or 1 by the sign of each element.</summary>
        public Tensor sign() => NativeCall.Result(Native.zt_sign(handle, out var result), result, "sign", this);

        /// <summary>bool: whether each element is not a number.</summary>
        public Tensor isnan() => NativeCall.Result(Native.zt_isnan(handle, out var result), result, "isnan", this);

        /// <summary>bool: whether each element is infinite.</summary>
        public Tensor isinf() => NativeCall.Result(Native.zt_isinf(handle, out var result), result, "isinf", this);

        /// <summary>bool: whether each element is neither infinite nor not a number.</summary>
        public Tensor isfinite() => NativeCall.Result(Native.zt_isfinite(handle, out var result), result, "isfinite", this);

        /// <summary>bool: whether each element is zero.</summary>
        public Tensor logical_not() => NativeCall.Result(Native.zt_logical_not(handle, out var result), result, "logical_not", this);

        /// <summary>Each element kept between min and max.</summary>
        public Tensor clamp(Scalar min, Scalar max) =>
            NativeCall.Result(Native.zt_clamp(handle, min.Kind, min.Bits, max.Kind, max.Bits, out var result), result, "clamp", this);

        /// <summary>Each element raised to at least min.</summary>
        public Tensor clamp_min(Scalar min) =>
            NativeCall.Result(Native.zt_clamp_min(handle, min.Kind, min.Bits, out var result), result, "clamp_min", this);

        /// <summary>Each element lowered to at most max.</summary>
        public Tensor clamp_max(Scalar max) =>
            NativeCall.Result(Native.zt_clamp_max(handle, max.Kind, max.Bits, out var result), result, "clamp_max", this);

        /// <summary>Each element, with not-a-number and infinities replaced.</summary>
        public Tensor nan_to_num(double nan = 0, double posinf = double.MaxValue, double neginf = double.MinValue) =>
            NativeCall.Result(Native.zt_nan_to_num(handle, nan, posinf, neginf, out var result), result, "nan_to_num", this);
    }
}
