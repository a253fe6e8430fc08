using System.Runtime.InteropServices;

namespace Zephyr.Core.Json;

/// <summary>A place in a text file; both numbers count from 1, columns in characters.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The character within the line.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextPosition(int Line, int Column)
{
    /// <summary>The first character of a file.</summary>
    public static TextPosition Start { get; } = new(1, 1);

    /// <summary>The place reached after reading <paramref name="utf8"/> from here.</summary>
    public TextPosition After(ReadOnlySpan<byte> utf8)
    {
        var newlines = utf8.Count((byte)'\n');
        var lastLine = newlines == 0 ? utf8 : utf8[(utf8.LastIndexOf((byte)'\n') + 1)..];
        var characters = 0;
        foreach (var value in lastLine)
        {
            // A character of UTF-8 has one byte that is no continuation (10xxxxxx).
            characters += (value & 0xC0) != 0x80 ? 1 : 0;
        }

        return newlines == 0 ? new(Line, Column + characters) : new(Line + newlines, 1 + characters);
    }

    /// <summary><c>line:column</c>.</summary>
    public override string ToString() => $"{Line}:{Column}";
}
