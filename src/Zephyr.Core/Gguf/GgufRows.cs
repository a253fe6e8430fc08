using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Gguf;

/// <summary>Reads rows of safetensors weights as float32 and writes them in the types of a GGUF file.</summary>
internal static class GgufRows
{
    /// <summary>Numbers as float32.</summary>
    /// <param name="bytes">Little-endian numbers.</param>
    /// <param name="type">Their type, one of the floating-point types.</param>
    /// <param name="values">Where they go; as long as there are numbers.</param>
    public static void Read(ReadOnlySpan<byte> bytes, SafetensorsType type, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case SafetensorsType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case SafetensorsType.Bfloat16:
                var parts = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < parts.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)parts[i] << 16);
                }

                break;
            default:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
        }
    }

    /// <summary>Numbers in a type of a GGUF file.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="type">The type.</param>
    /// <param name="bytes">Where they go; as long as <see cref="GgufTensorTypes.RowBytes"/> says.</param>
    public static void Write(ReadOnlySpan<float> values, GgufTensorType type, Span<byte> bytes)
    {
        switch (type)
        {
            case GgufTensorType.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case GgufTensorType.Float16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case GgufTensorType.Bfloat16:
                WriteBfloat16(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            default:
                WriteBlocks(values, bytes);
                break;
        }
    }

    /// <summary>Largest magnitude that a type can hold.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The bound; beyond it a number would become infinite.</returns>
    public static float Largest(GgufTensorType type) => type switch
    {
        GgufTensorType.Float16 => (float)Half.MaxValue,

        // The scale is a half-precision number and the largest quantum is 127.
        GgufTensorType.Q8 => 127 * (float)Half.MaxValue,
        _ => float.MaxValue,
    };

    // To the nearest, ties to even.
    private static void WriteBfloat16(ReadOnlySpan<float> values, Span<ushort> parts)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[i]);
            parts[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }

    // As ggml's quantize_row_q8_0: the scale is the largest magnitude over 127, computed in float32; quanta round halves away from zero.
    private static void WriteBlocks(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        const int Length = GgufTensorTypes.BlockLength;
        for (var start = 0; start < values.Length; start += Length)
        {
            var block = values.Slice(start, Length);
            var scale = MathF.Abs(TensorPrimitives.MaxMagnitude(block)) / 127;
            var inverse = scale == 0 ? 0 : 1 / scale;
            var output = bytes[(start / Length * (Length + 2))..];
            BinaryPrimitives.WriteHalfLittleEndian(output, (Half)scale);
            for (var i = 0; i < Length; i++)
            {
                output[2 + i] = (byte)(sbyte)MathF.Round(block[i] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }
}
