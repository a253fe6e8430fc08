namespace Zephyr.Core.Chat.Jinja.Lexing;

/// <summary>
/// Cuts a template into tokens, with the whitespace rules under which chat templates are compiled: the newline after a block or comment is
/// dropped (trim_blocks), blanks before one at the start of a line are dropped (lstrip_blocks), and <c>-</c> and <c>+</c> override both.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;
    private bool _lineStarting = true;

    private TemplateLexer(SourceText source)
    {
        _source = source;
        _text = source.Text;
    }

    /// <summary>The tokens of a template, an end token last.</summary>
    /// <exception cref="ChatTemplateException">A tag is not closed, or holds a character no tag has.</exception>
    public static List<Token> Read(SourceText source)
    {
        var lexer = new TemplateLexer(source);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_at < _text.Length)
        {
            var tag = NextTag(_at);
            if (tag < 0)
            {
                AddData(_at, _text.Length);
                _at = _text.Length;
                break;
            }

            ReadTag(tag);
        }

        _tokens.Add(new Token(TokenKind.End, "", _source.PositionOf(_text.Length)));
    }

    private int NextTag(int from)
    {
        for (var i = _text.IndexOf('{', from); i >= 0 && i + 1 < _text.Length; i = _text.IndexOf('{', i + 1))
        {
            if (_text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        var kind = _text[tag + 1];
        var sign = tag + 2 < _text.Length && _text[tag + 2] is '-' or '+' ? _text[tag + 2] : ' ';
        AddData(_at, DataEnd(_at, tag, sign, strips: kind != '{'));
        var inside = tag + (sign == ' ' ? 2 : 3);
        switch (kind)
        {
            case '#':
                ReadComment(tag, inside);
                break;
            case '%' when RawBody(inside) is { } body:
                ReadRaw(tag, body);
                break;
            default:
                _tokens.Add(new Token(kind == '{' ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", _source.PositionOf(tag)));
                _at = new TagLexer(_source, _tokens).Read(tag, inside, kind == '{');
                _lineStarting = _text[_at - 1] == '\n';
                break;
        }
    }

    private void AddData(int from, int to)
    {
        if (to > from)
        {
            _tokens.Add(new Token(TokenKind.Data, _text[from..to], _source.PositionOf(from)));
        }
    }

    /// <summary>Where the text before a tag ends once whitespace is dropped.</summary>
    private int DataEnd(int from, int tag, char sign, bool strips)
    {
        if (sign == '-')
        {
            while (tag > from && Whitespace.Is(_text[tag - 1]))
            {
                tag--;
            }

            return tag;
        }

        if (sign == '+' || !strips)
        {
            return tag;
        }

        var lineStart = tag;
        while (lineStart > from && _text[lineStart - 1] != '\n')
        {
            if (!Whitespace.Is(_text[lineStart - 1]))
            {
                return tag;
            }

            lineStart--;
        }

        return lineStart > from || _lineStarting ? lineStart : tag;
    }

    private void ReadComment(int tag, int inside)
    {
        var end = _text.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0)
        {
            throw _source.Fault(tag, "this comment is not closed; end it with #}");
        }

        _at = AfterBlock(end, end > inside ? _text[end - 1] : ' ');
    }

    /// <summary>Start of the text of a raw block when the tag is one.</summary>
    private int? RawBody(int inside)
    {
        var i = SkipSpace(inside);
        if (string.CompareOrdinal(_text, i, "raw", 0, 3) != 0)
        {
            return null;
        }

        i = SkipSpace(i + 3);
        if (string.CompareOrdinal(_text, i, "-%}", 0, 3) == 0)
        {
            return SkipSpace(i + 3);
        }

        return string.CompareOrdinal(_text, i, "%}", 0, 2) == 0 ? i + 2 : null;
    }

    private void ReadRaw(int tag, int body)
    {
        for (var end = _text.IndexOf("{%", body, StringComparison.Ordinal); end >= 0; end = _text.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            var sign = end + 2 < _text.Length && _text[end + 2] is '-' or '+' ? _text[end + 2] : ' ';
            var i = SkipSpace(end + (sign == ' ' ? 2 : 3));
            if (string.CompareOrdinal(_text, i, "endraw", 0, 6) != 0)
            {
                continue;
            }

            i = SkipSpace(i + 6);
            var closing = i < _text.Length && _text[i] is '-' or '+' ? _text[i++] : ' ';
            if (string.CompareOrdinal(_text, i, "%}", 0, 2) == 0)
            {
                _lineStarting = _text[body - 1] == '\n';
                AddData(body, DataEnd(body, end, sign, strips: true));
                _at = AfterBlock(i, closing);
                return;
            }
        }

        throw _source.Fault(tag, "this raw block is not closed; end it with {% endraw %}");
    }

    /// <summary>Where the text goes on after the two characters that close a block or comment at <paramref name="close"/>.</summary>
    private int AfterBlock(int close, char sign)
    {
        var after = close + 2;
        after = sign switch
        {
            '-' => SkipSpace(after),
            '+' => after,
            _ => after < _text.Length && _text[after] == '\n' ? after + 1 : after,
        };
        _lineStarting = _text[after - 1] == '\n';
        return after;
    }

    private int SkipSpace(int i)
    {
        while (i < _text.Length && Whitespace.Is(_text[i]))
        {
            i++;
        }

        return i;
    }
}
