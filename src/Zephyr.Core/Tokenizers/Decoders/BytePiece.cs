using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>Pieces <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, which stand for single bytes.</summary>
internal static class BytePiece
{
    /// <summary>The piece of a byte.</summary>
    public static string Of(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <summary>The byte that a piece stands for, or -1.</summary>
    public static int ValueOf(string piece) =>
        piece is ['<', '0', 'x', _, _, '>'] && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;

    /// <summary>Appends the text of a run of bytes, and empties it: what it says in UTF-8, or one U+FFFD for each byte when it is not UTF-8.</summary>
    public static void AppendRun(List<byte> bytes, StringBuilder text)
    {
        if (bytes.Count == 0)
        {
            return;
        }

        var span = CollectionsMarshal.AsSpan(bytes);
        if (Utf8.IsValid(span))
        {
            text.Append(Encoding.UTF8.GetString(span));
        }
        else
        {
            text.Append('\uFFFD', bytes.Count);
        }

        bytes.Clear();
    }
}
