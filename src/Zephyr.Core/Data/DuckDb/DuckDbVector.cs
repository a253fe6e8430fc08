using System.Runtime.InteropServices;
using System.Text;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>One column of a chunk, or a part of one, read in place. Valid until the next chunk is fetched.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct DuckDbVector
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly nint _vector;
    private readonly byte* _data;
    private readonly ulong* _validity;

    /// <summary>Looks at a vector of DuckDB.</summary>
    public DuckDbVector(nint vector)
    {
        _vector = vector;
        _data = (byte*)DuckDbNative.VectorData(vector);
        _validity = (ulong*)DuckDbNative.VectorValidity(vector);
    }

    /// <summary>The items of all lists of this column, one after the other.</summary>
    public DuckDbVector Items => new(DuckDbNative.ListChild(_vector));

    /// <summary>One field of the structures of this column.</summary>
    public DuckDbVector Field(int index) => new(DuckDbNative.StructChild(_vector, (ulong)index));

    /// <summary>Whether a row is null.</summary>
    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] & (1UL << (row & 63))) == 0;

    /// <summary>Number of a row.</summary>
    public double Number(int row) => ((double*)_data)[row];

    /// <summary>Text of a row, as bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        // duckdb_string_t: a length, then up to 12 bytes in place, or 4 of them and a pointer to all.
        var text = _data + (16L * row);
        var length = *(int*)text;
        return new(length <= 12 ? text + 4 : *(byte**)(text + 8), length);
    }

    /// <summary>Text of a row; null when its bytes are not valid UTF-8.</summary>
    public string? Text(int row)
    {
        try
        {
            return s_strict.GetString(Bytes(row));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Where the list of a row lies among <see cref="Items"/>.</summary>
    /// <exception cref="DuckDbException">It lies outside, which a damaged file could bring about.</exception>
    public (int Offset, int Length) List(int row)
    {
        var entry = (ulong*)_data + (2L * row);
        var (offset, length) = (entry[0], entry[1]);
        var size = DuckDbNative.ListSize(_vector);
        return offset <= size && length <= size - offset && size <= int.MaxValue
            ? ((int)offset, (int)length)
            : throw new DuckDbException($"a list of {length} items at {offset} lies outside the {size} items there are");
    }
}
