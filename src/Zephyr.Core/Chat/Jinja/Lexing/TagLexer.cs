namespace Zephyr.Core.Chat.Jinja.Lexing;

/// <summary>Cuts what stands between <c>{{</c> and <c>}}</c>, or <c>{%</c> and <c>%}</c>, into tokens.</summary>
/// <param name="source">The template.</param>
/// <param name="tokens">Where tokens go.</param>
internal sealed class TagLexer(SourceText source, List<Token> tokens)
{
    private static readonly string[] s_operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _text = source.Text;
    private readonly Stack<char> _open = new();

    /// <summary>Reads up to the end of the tag.</summary>
    /// <param name="tag">Where the tag starts, for messages.</param>
    /// <param name="at">Where its inside starts.</param>
    /// <param name="isVariable">Whether it ends with <c>}}</c>.</param>
    /// <returns>Where the text goes on.</returns>
    public int Read(int tag, int at, bool isVariable)
    {
        while (at < _text.Length)
        {
            if (Whitespace.Is(_text[at]))
            {
                at++;
            }
            else if (_open.Count == 0 && TryEnd(ref at, isVariable))
            {
                return at;
            }
            else
            {
                at = ReadToken(at);
            }
        }

        throw source.Fault(tag, isVariable ? "this tag is not closed; end it with }}" : "this tag is not closed; end it with %}");
    }

    private bool TryEnd(ref int at, bool isVariable)
    {
        var sign = _text[at] is '-' || (_text[at] is '+' && !isVariable) ? _text[at] : ' ';
        var close = sign == ' ' ? at : at + 1;
        if (string.CompareOrdinal(_text, close, isVariable ? "}}" : "%}", 0, 2) != 0)
        {
            return false;
        }

        tokens.Add(new Token(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", source.PositionOf(at)));
        at = close + 2;
        if (sign == '-')
        {
            while (at < _text.Length && Whitespace.Is(_text[at]))
            {
                at++;
            }
        }
        else if (sign == ' ' && !isVariable && at < _text.Length && _text[at] == '\n')
        {
            at++;
        }

        return true;
    }

    private int ReadToken(int at)
    {
        var first = _text[at];
        if (char.IsAsciiDigit(first))
        {
            return ReadNumber(at);
        }

        if (first is '\'' or '"')
        {
            var value = StringLiteral.Read(source, at, out var end);
            tokens.Add(new Token(TokenKind.Text, value, source.PositionOf(at)));
            return end;
        }

        if (first == '_' || char.IsLetter(first))
        {
            var end = at;
            while (end < _text.Length && (_text[end] == '_' || char.IsLetterOrDigit(_text[end])))
            {
                end++;
            }

            return Add(TokenKind.Name, at, end);
        }

        foreach (var symbol in s_operators)
        {
            if (string.CompareOrdinal(_text, at, symbol, 0, symbol.Length) == 0)
            {
                Balance(symbol[0], at);
                return Add(TokenKind.Operator, at, at + symbol.Length);
            }
        }

        throw source.Fault(at, $"the character '{first}' has no meaning in a tag; quote text, or close the tag before it");
    }

    private void Balance(char symbol, int at)
    {
        if (symbol is '(' or '[' or '{')
        {
            _open.Push(symbol switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (symbol is ')' or ']' or '}')
        {
            if (!_open.TryPop(out var expected) || expected != symbol)
            {
                throw source.Fault(at, expected == '\0' ? $"'{symbol}' closes nothing; remove it" : $"'{symbol}' stands where '{expected}' must close a bracket");
            }
        }
    }

    private int ReadNumber(int at)
    {
        if (_text[at] == '0' && at + 1 < _text.Length && _text[at + 1] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B')
        {
            return Add(TokenKind.Integer, at, Digits(at + 2, char.IsAsciiHexDigit));
        }

        var end = Digits(at, char.IsAsciiDigit);
        var kind = TokenKind.Integer;
        if (end + 1 < _text.Length && _text[end] == '.' && char.IsAsciiDigit(_text[end + 1]))
        {
            kind = TokenKind.Float;
            end = Digits(end + 1, char.IsAsciiDigit);
        }

        if (end < _text.Length && _text[end] is 'e' or 'E')
        {
            var exponent = end + 1 < _text.Length && _text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (exponent < _text.Length && char.IsAsciiDigit(_text[exponent]))
            {
                kind = TokenKind.Float;
                end = Digits(exponent, char.IsAsciiDigit);
            }
        }

        return Add(kind, at, end);
    }

    private int Digits(int at, Func<char, bool> isDigit)
    {
        while (at < _text.Length && (isDigit(_text[at]) || (_text[at] == '_' && at + 1 < _text.Length && isDigit(_text[at + 1]))))
        {
            at++;
        }

        return at;
    }

    private int Add(TokenKind kind, int at, int end)
    {
        tokens.Add(new Token(kind, _text[at..end], source.PositionOf(at)));
        return end;
    }
}
