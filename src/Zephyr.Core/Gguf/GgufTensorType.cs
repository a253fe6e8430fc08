namespace Zephyr.Core.Gguf;

/// <summary>Types in which a GGUF file stores weights, numbered as ggml numbers them.</summary>
public enum GgufTensorType
{
    /// <summary>IEEE single precision.</summary>
    Float32 = 0,

    /// <summary>IEEE half precision.</summary>
    Float16 = 1,

    /// <summary>Blocks of 32 numbers: a half-precision scale and a signed byte for each (<c>Q8_0</c>).</summary>
    Q8 = 8,

    /// <summary>Brain float.</summary>
    Bfloat16 = 30,
}

/// <summary>Names and sizes of <see cref="GgufTensorType"/>.</summary>
public static class GgufTensorTypes
{
    /// <summary>Numbers in a block of <see cref="GgufTensorType.Q8"/>.</summary>
    public const int BlockLength = 32;

    // A scale of two bytes, then a byte for each number.
    private const int BlockBytes = 2 + BlockLength;

    /// <summary>The type's name, as options and messages have it.</summary>
    /// <param name="type">The type.</param>
    /// <returns>f32, f16, bf16 or q8_0.</returns>
    public static string Name(GgufTensorType type) => type switch
    {
        GgufTensorType.Float32 => "f32",
        GgufTensorType.Float16 => "f16",
        GgufTensorType.Bfloat16 => "bf16",
        _ => "q8_0",
    };

    /// <summary>Finds a type by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The type; null for another name.</returns>
    public static GgufTensorType? Parse(string name) => name switch
    {
        "f32" => GgufTensorType.Float32,
        "f16" => GgufTensorType.Float16,
        "bf16" => GgufTensorType.Bfloat16,
        "q8_0" => GgufTensorType.Q8,
        _ => null,
    };

    /// <summary>Bytes of a row of numbers.</summary>
    /// <param name="type">The type.</param>
    /// <param name="length">Numbers in the row; a multiple of <see cref="BlockLength"/> for <see cref="GgufTensorType.Q8"/>.</param>
    /// <returns>The bytes.</returns>
    public static long RowBytes(GgufTensorType type, long length) => type switch
    {
        GgufTensorType.Float32 => length * 4,
        GgufTensorType.Float16 or GgufTensorType.Bfloat16 => length * 2,
        _ => length / BlockLength * BlockBytes,
    };

    /// <summary>The number by which a file says what most of its weights are (<c>general.file_type</c>).</summary>
    /// <param name="type">The type.</param>
    /// <returns>llama.cpp's number.</returns>
    internal static uint FileType(GgufTensorType type) => type switch
    {
        GgufTensorType.Float32 => 0,
        GgufTensorType.Float16 => 1,
        GgufTensorType.Bfloat16 => 32,
        _ => 7,
    };
}
