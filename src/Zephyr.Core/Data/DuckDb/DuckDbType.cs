using System.Runtime.InteropServices;

namespace Zephyr.Core.Data.DuckDb;

/// <summary>Kinds of column types, as far as they are told apart here.</summary>
internal enum DuckDbKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>Text that is JSON.</summary>
    Json,

    /// <summary>A number of any width.</summary>
    Number,

    /// <summary>A list.</summary>
    List,

    /// <summary>A structure with named fields.</summary>
    Struct,

    /// <summary>Anything else: dates, booleans, bytes, maps and so on.</summary>
    Other,
}

/// <summary>Type of a column, or of a part of one.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Item">What the items of a list are.</param>
/// <param name="Fields">The fields of a structure, in their order.</param>
internal sealed record DuckDbType(DuckDbKind Kind, DuckDbType? Item, IReadOnlyList<KeyValuePair<string, DuckDbType>> Fields)
{
    private const int MaxDepth = 32;

    /// <summary>Copies a type and frees DuckDB's.</summary>
    /// <param name="type">A type that the caller owns.</param>
    /// <exception cref="DuckDbException">It is nested too deeply.</exception>
    public static DuckDbType Take(nint type) => Take(type, 0);

    /// <summary>The type in words, for messages.</summary>
    public override string ToString() => Kind switch
    {
        DuckDbKind.Text => "text",
        DuckDbKind.Json => "JSON",
        DuckDbKind.Number => "a number",
        DuckDbKind.List => $"a list of {Item}",
        DuckDbKind.Struct => $"a structure of {string.Join(", ", Fields.Select(field => field.Key))}",
        _ => "of another type",
    };

    private static DuckDbType Take(nint type, int depth)
    {
        try
        {
            if (depth > MaxDepth)
            {
                throw new DuckDbException($"a column is nested more than {MaxDepth} levels deep");
            }

            // Numbers of duckdb_type in duckdb.h.
            return DuckDbNative.TypeId(type) switch
            {
                17 => new(TextOf(DuckDbNative.TypeAlias(type)) == "JSON" ? DuckDbKind.Json : DuckDbKind.Text, null, []),
                >= 2 and <= 11 or 16 or 19 or 32 => new(DuckDbKind.Number, null, []),
                24 => new(DuckDbKind.List, Take(DuckDbNative.ListItemType(type), depth + 1), []),
                25 => new(DuckDbKind.Struct, null, FieldsOf(type, depth)),
                _ => new(DuckDbKind.Other, null, []),
            };
        }
        finally
        {
            DuckDbNative.DestroyType(ref type);
        }
    }

    private static KeyValuePair<string, DuckDbType>[] FieldsOf(nint type, int depth)
    {
        var fields = new KeyValuePair<string, DuckDbType>[DuckDbNative.StructFieldCount(type)];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = KeyValuePair.Create(TextOf(DuckDbNative.StructFieldName(type, (ulong)i)) ?? "", Take(DuckDbNative.StructFieldType(type, (ulong)i), depth + 1));
        }

        return fields;
    }

    /// <summary>Copies a text and frees DuckDB's.</summary>
    /// <param name="text">A text that the caller owns, or null.</param>
    public static string? TextOf(nint text)
    {
        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            DuckDbNative.Free(text);
        }
    }
}
