using Zephyr.Core.Chat.Jinja.Lexing;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>Parses expressions by Jinja's precedence: condition, or, and, not, comparison, + -, ~, * / // %, **, sign, postfix and filters.</summary>
/// <param name="reader">The tokens.</param>
internal sealed class ExpressionParser(TokenReader reader)
{
    private readonly PrimaryParser _primary = new(reader);

    /// <summary>Parses an expression, a condition allowed.</summary>
    public Expression Parse()
    {
        _primary.Bind(this);
        reader.Enter();
        var expression = ParseOr();
        var levels = 1;
        while (reader.IsName("if"))
        {
            var position = reader.Take().Position;
            var condition = ParseOr();
            var otherwise = reader.TryTakeName("else") ? Parse() : null;
            expression = new Conditional(position, condition, expression, otherwise);
            Deepen(ref levels);
        }

        reader.Leave(levels);
        return expression;
    }

    /// <summary>Parses an expression without a condition, as after <c>in</c> of a loop.</summary>
    public Expression ParseWithoutCondition()
    {
        _primary.Bind(this);
        return ParseOr();
    }

    /// <summary>Parses an expression or, with commas, a tuple; the end is seen by <paramref name="ends"/>.</summary>
    /// <param name="allowCondition">Whether <c>a if b</c> may stand in it.</param>
    /// <param name="ends">Whether the tuple is over at the next token.</param>
    public Expression ParseTuple(bool allowCondition, Func<bool> ends)
    {
        var position = reader.Current.Position;
        var items = new List<Expression>();
        var isTuple = false;
        while (!ends())
        {
            items.Add(allowCondition ? Parse() : ParseWithoutCondition());
            if (!reader.TryTake(","))
            {
                break;
            }

            isTuple = true;
        }

        return items.Count switch
        {
            0 => throw reader.Expected("an expression"),
            1 when !isTuple => items[0],
            _ => new ListExpression(position, items, IsTuple: true),
        };
    }

    /// <summary>Parses the filters after a value.</summary>
    public Expression? ParseFilters(Expression? value)
    {
        _primary.Bind(this);
        return _primary.ParseFilters(value);
    }

    /// <summary>Parses one filter without a value; its name is next.</summary>
    public Expression ParseFilter()
    {
        _primary.Bind(this);
        return _primary.Filter(null);
    }

    private Expression ParseOr() => ParseChain(ParseAnd, "or");

    private Expression ParseAnd() => ParseChain(ParseNot, "and");

    private Expression ParseChain(Func<Expression> operand, string word)
    {
        var left = operand();
        var levels = 0;
        while (reader.IsName(word))
        {
            var position = reader.Take().Position;
            left = new Binary(position, word, left, operand());
            Deepen(ref levels);
        }

        reader.Leave(levels);
        return left;
    }

    private Expression ParseNot()
    {
        if (!reader.IsName("not"))
        {
            return ParseComparison();
        }

        var position = reader.Take().Position;
        reader.Enter();
        var operand = ParseNot();
        reader.Leave();
        return new Unary(position, "not", operand);
    }

    private Expression ParseComparison()
    {
        var position = reader.Current.Position;
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (reader.Current is { Kind: TokenKind.Operator, Value: "==" or "!=" or "<" or "<=" or ">" or ">=" } symbol)
            {
                reader.Take();
                rest.Add((symbol.Value, ParseSum()));
            }
            else if (reader.TryTakeName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (reader.IsName("not") && reader.Next is { Kind: TokenKind.Name, Value: "in" })
            {
                reader.Take();
                reader.Take();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(position, first, rest);
            }
        }
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!reader.Is("~"))
        {
            return first;
        }

        var position = reader.Current.Position;
        var parts = new List<Expression> { first };
        while (reader.TryTake("~"))
        {
            parts.Add(ParseProduct());
        }

        return new Concatenation(position, parts);
    }

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseSign(withFilters: true), "**");

    private Expression ParseBinary(Func<Expression> operand, params ReadOnlySpan<string> symbols)
    {
        var left = operand();
        var levels = 0;
        while (reader.Current.Kind == TokenKind.Operator && symbols.Contains(reader.Current.Value))
        {
            var symbol = reader.Take();
            left = new Binary(symbol.Position, symbol.Value, left, operand());
            Deepen(ref levels);
        }

        reader.Leave(levels);
        return left;
    }

    private Expression ParseSign(bool withFilters)
    {
        Expression expression;
        if (reader.Is("-") || reader.Is("+"))
        {
            var symbol = reader.Take();
            reader.Enter();
            expression = new Unary(symbol.Position, symbol.Value, ParseSign(withFilters: false));
            reader.Leave();
        }
        else
        {
            expression = _primary.ParsePostfix(_primary.Parse());
        }

        return withFilters ? _primary.ParseFilters(expression)! : expression;
    }

    // A chain of operators nests to the left, so its length counts as depth.
    private void Deepen(ref int levels)
    {
        reader.Enter();
        levels++;
    }
}
