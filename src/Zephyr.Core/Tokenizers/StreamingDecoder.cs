using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Decodes ids one by one as they are generated. Text is given out once it is complete: never half a character.
/// The parts put together equal <see cref="Tokenizer.Decode"/> of all ids, save that a run of bytes whose start was good UTF-8 and already
/// given out stays so when its end is not.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly PieceDecoder _pieces;
    private readonly bool _skipSpecial;
    private readonly List<byte> _pending = [];
    private int _spacesToStrip;

    internal StreamingDecoder(PieceDecoder pieces, bool skipSpecial, int spacesToStrip)
    {
        _pieces = pieces;
        _skipSpecial = skipSpecial;
        _spacesToStrip = spacesToStrip;
    }

    /// <summary>Takes the next id.</summary>
    /// <returns>The text that became complete, often empty inside a character.</returns>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public string Push(int id)
    {
        if (_skipSpecial && _pieces.IsSpecial(id))
        {
            return "";
        }

        var value = _pieces.Byte(id);
        if (value >= 0)
        {
            _pending.Add((byte)value);
            return System.Text.Unicode.Utf8.IsValid(_pending.ToArray()) ? Flush() : "";
        }

        return Flush() + Stripped(_pieces.Text(id));
    }

    /// <summary>Gives out what is held back; call it after the last id.</summary>
    public string Flush()
    {
        if (_pending.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder();
        PieceDecoder.AppendBytes(_pending.ToArray(), text);
        _pending.Clear();
        return Stripped(text.ToString());
    }

    private string Stripped(string text)
    {
        if (_spacesToStrip == 0 || text.Length == 0)
        {
            return text;
        }

        _spacesToStrip = 0;
        return text[0] == ' ' ? text[1..] : text;
    }
}
