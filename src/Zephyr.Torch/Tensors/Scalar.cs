using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>A number handed to an operation: an integer, a floating number or a boolean. Numbers convert to it implicitly.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Scalar
{
    private Scalar(int kind, long bits)
    {
        Kind = kind;
        Bits = bits;
    }

    // 0 integer, 1 floating, 2 boolean; zephyr::scalar in zephyr_torch.h reads the pair.
    internal int Kind { get; }

    internal long Bits { get; }

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(int value) => new(0, value);

    /// <summary>An integer.</summary>
    public static implicit operator Scalar(long value) => new(0, value);

    /// <summary>A floating number.</summary>
    public static implicit operator Scalar(float value) => new(1, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A floating number.</summary>
    public static implicit operator Scalar(double value) => new(1, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A boolean.</summary>
    public static implicit operator Scalar(bool value) => new(2, value ? 1 : 0);
}
