using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of elementwise.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_neg(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_abs(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_exp(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_expm1(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_log(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_log1p(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sqrt(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_rsqrt(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_reciprocal(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_square(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cos(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sin(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_tanh(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_erf(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sigmoid(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_relu(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_silu(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_gelu(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_log_sigmoid(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_softplus(TensorHandle self, double beta, double threshold, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_floor(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_ceil(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_round(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_sign(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_isnan(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_isinf(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_isfinite(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_logical_not(TensorHandle self, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_clamp(TensorHandle self, int minKind, long minBits, int maxKind, long maxBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_clamp_min(TensorHandle self, int minKind, long minBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_clamp_max(TensorHandle self, int maxKind, long maxBits, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nan_to_num(TensorHandle self, double nan, double posinf, double neginf, out TensorHandle result);
}
