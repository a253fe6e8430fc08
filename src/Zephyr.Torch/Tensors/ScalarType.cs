namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor's element type; the numbers are libtorch's.</summary>
    public enum ScalarType : sbyte
    {
        /// <summary>Unsigned 8-bit integer.</summary>
        Byte = 0,

        /// <summary>Signed 8-bit integer.</summary>
        Int8 = 1,

        /// <summary>16-bit integer.</summary>
        Int16 = 2,

        /// <summary>32-bit integer.</summary>
        Int32 = 3,

        /// <summary>64-bit integer: token ids, labels, indices.</summary>
        Int64 = 4,

        /// <summary>IEEE half precision.</summary>
        Float16 = 5,

        /// <summary>IEEE single precision.</summary>
        Float32 = 6,

        /// <summary>IEEE double precision.</summary>
        Float64 = 7,

        /// <summary>One byte, 0 or 1: masks.</summary>
        Bool = 11,

        /// <summary>float32 cut to its upper 16 bits: weights and activations of the fast path.</summary>
        BFloat16 = 15,
    }

    /// <summary>Shorthand for <see cref="ScalarType.Float32"/>.</summary>
    public const ScalarType float32 = ScalarType.Float32;

    /// <summary>Shorthand for <see cref="ScalarType.Float64"/>.</summary>
    public const ScalarType float64 = ScalarType.Float64;

    /// <summary>Shorthand for <see cref="ScalarType.BFloat16"/>.</summary>
    public const ScalarType bfloat16 = ScalarType.BFloat16;

    /// <summary>Shorthand for <see cref="ScalarType.Int64"/>.</summary>
    public const ScalarType int64 = ScalarType.Int64;

    /// <summary>Shorthand for <see cref="ScalarType.Int32"/>.</summary>
    public const ScalarType int32 = ScalarType.Int32;

    /// <summary>Shorthand for <see cref="ScalarType.Byte"/>.</summary>
    public const ScalarType uint8 = ScalarType.Byte;

    /// <summary>Shorthand for <see cref="ScalarType.Bool"/>.</summary>
    public const ScalarType @bool = ScalarType.Bool;
}
