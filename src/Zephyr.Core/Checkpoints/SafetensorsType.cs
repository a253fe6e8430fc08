namespace Zephyr.Core.Checkpoints;

/// <summary>Element types of the safetensors format that this project reads and writes.</summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1 (<c>BOOL</c>).</summary>
    Bool,

    /// <summary>Unsigned byte (<c>U8</c>).</summary>
    UInt8,

    /// <summary>Signed byte (<c>I8</c>).</summary>
    Int8,

    /// <summary>16-bit integer (<c>I16</c>).</summary>
    Int16,

    /// <summary>32-bit integer (<c>I32</c>).</summary>
    Int32,

    /// <summary>64-bit integer (<c>I64</c>).</summary>
    Int64,

    /// <summary>IEEE half precision (<c>F16</c>).</summary>
    Float16,

    /// <summary>Brain float (<c>BF16</c>).</summary>
    Bfloat16,

    /// <summary>IEEE single precision (<c>F32</c>).</summary>
    Float32,

    /// <summary>IEEE double precision (<c>F64</c>).</summary>
    Float64,
}

/// <summary>Names and sizes of <see cref="SafetensorsType"/> in the file format.</summary>
public static class SafetensorsTypes
{
    private static readonly (SafetensorsType Type, string Name, int Size)[] All =
    [
        (SafetensorsType.Bool, "BOOL", 1),
        (SafetensorsType.UInt8, "U8", 1),
        (SafetensorsType.Int8, "I8", 1),
        (SafetensorsType.Int16, "I16", 2),
        (SafetensorsType.Int32, "I32", 4),
        (SafetensorsType.Int64, "I64", 8),
        (SafetensorsType.Float16, "F16", 2),
        (SafetensorsType.Bfloat16, "BF16", 2),
        (SafetensorsType.Float32, "F32", 4),
        (SafetensorsType.Float64, "F64", 8),
    ];

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    public static int Size(SafetensorsType type) => All[(int)type].Size;

    /// <summary>The type's name in a header, such as <c>BF16</c>.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The name.</returns>
    public static string Name(SafetensorsType type) => All[(int)type].Name;

    /// <summary>Finds a type by its name in a header.</summary>
    /// <param name="name">The name, such as <c>BF16</c>; upper case only, as the format has it.</param>
    /// <param name="type">The type, when the result is true.</param>
    /// <returns>Whether the name is one of the types above.</returns>
    public static bool TryParse(string? name, out SafetensorsType type)
    {
        foreach (var row in All)
        {
            if (string.Equals(row.Name, name, StringComparison.Ordinal))
            {
                type = row.Type;
                return true;
            }
        }

        type = default;
        return false;
    }
}
