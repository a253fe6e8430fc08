namespace Zephyr.Core.Tokenizers.Unicode;

/// <summary>The 256 printable characters that stand for bytes in byte-level vocabularies (Radford et al. 2019, GPT-2).</summary>
internal static class ByteCharacters
{
    private const int Characters = 0x144;
    private static readonly char[] s_characterOfByte = MakeCharacters();
    private static readonly short[] s_byteOfCharacter = MakeBytes();

    /// <summary>The character of a byte.</summary>
    public static char Of(byte value) => s_characterOfByte[value];

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int ByteOf(char character) => character < Characters ? s_byteOfCharacter[character] : -1;

    /// <summary>Writes the bytes of a text as characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="output">Room for three characters per UTF-16 unit.</param>
    /// <returns>How many were written.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<char> output)
    {
        var count = 0;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                output[count++] = s_characterOfByte[value];
            }
        }

        return count;
    }

    // Printable bytes stand for themselves; the others take the characters from U+0100 on, in their order.
    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = 0x100;
        for (var value = 0; value < 256; value++)
        {
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : (char)next++;
        }

        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Characters];
        bytes.AsSpan().Fill(-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[s_characterOfByte[value]] = (short)value;
        }

        return bytes;
    }
}
