using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>
/// Operations of a decoder that one kernel does at once: values and gradients equal those of the plain operations in
/// <see cref="Composed"/>, in less time and memory. float32 and bfloat16 on the CPU, arithmetic in float32, differentiable
/// unless noted. Results do not depend on the number of threads. Tensors of another device are computed there, by libtorch's own
/// operations; a kernel never takes the address of memory that is not this machine's.
/// </summary>
/// <remarks>
/// Every method throws <see cref="ShapeMismatchException"/> for shapes or indices that do not fit,
/// <see cref="UnsupportedOpException"/> for other dtypes or devices and <see cref="DeviceOutOfMemoryException"/>.
/// </remarks>
public static partial class Fused
{
    /// <summary>The instruction set the kernels use on this CPU: amx, avx512_bf16, avx512, avx2 or baseline.</summary>
    public static string InstructionSet
    {
        get
        {
            NativeCall.Check(Native.zt_fused_instruction_set(out var name), nameof(InstructionSet));
            return System.Runtime.InteropServices.Marshal.PtrToStringUTF8(name)!;
        }
    }

    /// <summary>RMSNorm, arXiv 1910.07467 equation 4: <c>x / sqrt(mean(x²) + eps) · weight</c>.</summary>
    /// <param name="x"><c>[..., hidden]</c>.</param>
    /// <param name="weight"><c>[hidden]</c>, the dtype of x.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <returns><c>[..., hidden]</c>.</returns>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (Portable.Serves(x))
        {
            return Portable.RmsNorm(x, weight, eps);
        }

        return NativeCall.Result(Native.zt_fused_rms_norm(x.Handle, weight.Handle, eps, out var result), result, nameof(RmsNorm), x, weight);
    }

    /// <summary>Residual addition, then RMSNorm of the sum.</summary>
    /// <param name="x"><c>[..., hidden]</c>: the layer's contribution.</param>
    /// <param name="residual"><c>[..., hidden]</c>: the stream it is added to.</param>
    /// <param name="weight"><c>[hidden]</c>.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <returns>The sum <c>x + residual</c> and its norm, both <c>[..., hidden]</c>.</returns>
    public static (Tensor Sum, Tensor Normed) AddRmsNorm(Tensor x, Tensor residual, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(residual);
        ArgumentNullException.ThrowIfNull(weight);
        if (Portable.Serves(x))
        {
            return Portable.AddRmsNorm(x, residual, weight, eps);
        }

        var code = Native.zt_fused_add_rms_norm(x.Handle, residual.Handle, weight.Handle, eps, out var sum, out var normed);
        NativeCall.Check(code, nameof(AddRmsNorm), x, residual, weight);
        return (new Tensor(sum), new Tensor(normed));
    }

    /// <summary>
    /// Rotary position embedding, arXiv 2104.09864 section 3.4.2, in Hugging Face's half-split order:
    /// <c>x · cos + rotate_half(x) · sin</c> with <c>rotate_half([a, b]) = [-b, a]</c>.
    /// </summary>
    /// <param name="x"><c>[batch, sequence, heads, headDim]</c>.</param>
    /// <param name="cos">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="sin">float32 <c>[maxPositions, headDim / 2]</c>.</param>
    /// <param name="positions">int64 <c>[batch, sequence]</c>, each below maxPositions.</param>
    /// <returns><c>[batch, sequence, heads, headDim]</c>.</returns>
    public static Tensor Rope(Tensor x, Tensor cos, Tensor sin, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(cos);
        ArgumentNullException.ThrowIfNull(sin);
        ArgumentNullException.ThrowIfNull(positions);
        if (Portable.Serves(x))
        {
            return Composed.Rope(x, cos, sin, positions);
        }

        var code = Native.zt_fused_rope(x.Handle, cos.Handle, sin.Handle, positions.Handle, out var result);
        return NativeCall.Result(code, result, nameof(Rope), x, cos, sin, positions);
    }

    /// <summary>SwiGLU, arXiv 2002.05202: <c>silu(gate) · up</c>.</summary>
    /// <param name="gate"><c>[..., intermediate]</c>.</param>
    /// <param name="up"><c>[..., intermediate]</c>.</param>
    /// <returns><c>[..., intermediate]</c>.</returns>
    public static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(up);
        if (Portable.Serves(gate))
        {
            return Portable.SwiGlu(gate, up);
        }

        return NativeCall.Result(Native.zt_fused_swiglu(gate.Handle, up.Handle, out var result), result, nameof(SwiGlu), gate, up);
    }

    /// <summary>SwiGLU of gate and up as one tensor, the output of one linear layer.</summary>
    /// <param name="gateUp"><c>[..., 2 · intermediate]</c>, the gate's half first.</param>
    /// <returns><c>[..., intermediate]</c>.</returns>
    public static Tensor SwiGluPacked(Tensor gateUp)
    {
        ArgumentNullException.ThrowIfNull(gateUp);
        if (Portable.Serves(gateUp))
        {
            return Portable.SwiGluPacked(gateUp);
        }

        return NativeCall.Result(Native.zt_fused_swiglu_packed(gateUp.Handle, out var result), result, nameof(SwiGluPacked), gateUp);
    }
}
