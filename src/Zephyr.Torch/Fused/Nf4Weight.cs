using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>
/// A frozen matrix in 4 bits a value: blockwise NormalFloat (Dettmers et al. 2023, arXiv 2305.14314, section 3), codes and scales as
/// bitsandbytes lays them out. A block of 64 neighbours, row by row, is <c>absmax · value[code]</c> each.
/// </summary>
public sealed class Nf4Weight : IDisposable
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockLength = 64;

    /// <summary>Scales that share a second scale under double quantisation.</summary>
    public const int ScaleBlockLength = 256;

    private Nf4Weight(Tensor packed, Tensor absmax, Tensor? scales, double offset, long rows, long columns)
    {
        (Packed, Absmax, Scales, Offset) = (packed, absmax, scales, offset);
        (Rows, Columns) = (rows, columns);
    }

    /// <summary>The sixteen values that 4 bits stand for, as shares of a block's largest: quantiles of the normal distribution (appendix E).</summary>
    public static IReadOnlyList<float> Values { get; } =
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f,
        -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
        0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    /// <summary>Number of rows.</summary>
    public long Rows { get; }

    /// <summary>Number of columns.</summary>
    public long Columns { get; }

    /// <summary>uint8 <c>[rows · columns / 2]</c>: two codes a byte, the first in the upper half.</summary>
    public Tensor Packed { get; }

    /// <summary>
    /// float32 <c>[blocks]</c>: the largest magnitude of each block. Under double quantisation uint8 <c>[blocks]</c>: codes of the signed
    /// dynamic map (arXiv 2110.02861) with <c>absmax = map[code] · scale + offset</c>.
    /// </summary>
    public Tensor Absmax { get; }

    /// <summary>float32, one for each 256 blocks; null without double quantisation.</summary>
    public Tensor? Scales { get; }

    /// <summary>The mean of the scales under double quantisation, else 0.</summary>
    public double Offset { get; }

    /// <summary>Bytes of memory: half a byte a value and 4 bytes a block, or about 1 byte a block under double quantisation.</summary>
    public long ByteCount => TensorBytes.Length(Packed) + TensorBytes.Length(Absmax) + (Scales is null ? 0 : TensorBytes.Length(Scales));

    /// <summary>Rounds each value of a matrix to the nearest of its block.</summary>
    /// <param name="weight">float32 or bfloat16 <c>[rows, columns]</c>; the number of elements is a multiple of 64.</param>
    /// <param name="doubleQuantization">Whether the scales are kept in 8 bits too: 0.37 bits less a value.</param>
    /// <returns>The rounded matrix, for the caller to dispose.</returns>
    /// <exception cref="ShapeMismatchException">It is no matrix, or its elements do not fill whole blocks.</exception>
    /// <exception cref="NativeFailureException">A value is not finite.</exception>
    public static Nf4Weight Quantize(Tensor weight, bool doubleQuantization)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var code = Native.zt_nf4_quantize(weight.Handle, doubleQuantization ? 1 : 0, out var packed, out var absmax, out var scales, out var offset);
        NativeCall.Check(code, nameof(Quantize), weight);
        return new Nf4Weight(Kept(packed), Kept(absmax), scales.IsInvalid ? null : Kept(scales), offset, weight.size(0), weight.size(1));
    }

    /// <summary>The same codes and scales on another device.</summary>
    /// <param name="device">The device.</param>
    /// <returns>A copy, for the caller to dispose.</returns>
    public Nf4Weight To(Device device)
    {
        Tensor Moved(Tensor tensor) => tensor.to(device, copy: true).DetachFromDisposeScope();
        return new Nf4Weight(Moved(Packed), Moved(Absmax), Scales is null ? null : Moved(Scales), Offset, Rows, Columns);
    }

    /// <summary>Frees codes and scales.</summary>
    public void Dispose()
    {
        Packed.Dispose();
        Absmax.Dispose();
        Scales?.Dispose();
    }

    private static Tensor Kept(TensorHandle handle) => new Tensor(handle).DetachFromDisposeScope();
}
