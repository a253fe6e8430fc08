using System.Globalization;
using System.Numerics;
using System.Text;
using Zephyr.Core.Chat.Jinja.Lexing;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Syntax;

/// <summary>Parses names, literals and brackets, and what may follow them: attributes, items, calls, filters and tests.</summary>
/// <param name="reader">The tokens.</param>
internal sealed class PrimaryParser(TokenReader reader)
{
    private static readonly string[] s_endOfTest = ["else", "or", "and", "is", "if", "not", "in"];
    private ExpressionParser? _expressions;

    /// <summary>Names the parser of whole expressions, which this one needs in brackets.</summary>
    public void Bind(ExpressionParser expressions) => _expressions = expressions;

    /// <summary>Parses a name, literal or bracket.</summary>
    public Expression Parse()
    {
        var token = reader.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                reader.Take();
                return token.Value switch
                {
                    "true" or "True" => new Literal(token.Position, JinjaBoolean.True),
                    "false" or "False" => new Literal(token.Position, JinjaBoolean.False),
                    "none" or "None" => new Literal(token.Position, JinjaNone.Value),
                    _ => new Variable(token.Position, token.Value),
                };
            case TokenKind.Text:
                return new Literal(token.Position, new JinjaString(Texts()));
            case TokenKind.Integer:
                reader.Take();
                return new Literal(token.Position, new JinjaInteger(Integer(token)));
            case TokenKind.Float:
                reader.Take();
                return new Literal(token.Position, new JinjaFloat(double.Parse(token.Value.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)));
            case TokenKind.Operator when token.Value is "(" or "[" or "{":
                reader.Enter();
                var bracket = token.Value switch { "(" => Parenthesis(), "[" => List(), _ => Dict() };
                reader.Leave();
                return bracket;
            default:
                throw reader.Expected("an expression");
        }
    }

    /// <summary>Parses attributes, items and calls after a value.</summary>
    public Expression ParsePostfix(Expression value)
    {
        var levels = 0;
        while (reader.Current is { Kind: TokenKind.Operator, Value: "." or "[" or "(" } symbol)
        {
            value = symbol.Value switch
            {
                "." => Attribute(value),
                "[" => Item(value),
                _ => new Call(symbol.Position, value, ParseArguments()),
            };
            reader.Enter();
            levels++;
        }

        reader.Leave(levels);
        return value;
    }

    /// <summary>Parses filters and tests after a value.</summary>
    public Expression? ParseFilters(Expression? value)
    {
        var levels = 0;
        while (true)
        {
            if (reader.Is("|"))
            {
                reader.Take();
                value = Filter(value);
            }
            else if (value is not null && reader.IsName("is"))
            {
                value = Test(value);
            }
            else if (value is not null && reader.Is("("))
            {
                value = new Call(reader.Current.Position, value, ParseArguments());
            }
            else
            {
                reader.Leave(levels);
                return value;
            }

            reader.Enter();
            levels++;
        }
    }

    /// <summary>Parses one filter; its name is next.</summary>
    public FilterCall Filter(Expression? value)
    {
        var token = reader.Expect(TokenKind.Name, "the name of a filter");
        var name = DottedName(token.Value);
        return new FilterCall(token.Position, value, name, reader.Is("(") ? ParseArguments() : Arguments.None);
    }

    /// <summary>Parses the arguments of a call; the opening bracket is next.</summary>
    public Arguments ParseArguments()
    {
        reader.Expect("(");
        reader.Enter();
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? star = null;
        Expression? doubleStar = null;
        while (!reader.Is(")"))
        {
            if (reader.TryTake("*"))
            {
                star = star is null ? _expressions!.Parse() : throw reader.Fault("a call can spread one list");
            }
            else if (reader.TryTake("**"))
            {
                doubleStar = doubleStar is null ? _expressions!.Parse() : throw reader.Fault("a call can spread one dict");
            }
            else if (reader.Current.Kind == TokenKind.Name && reader.Next is { Kind: TokenKind.Operator, Value: "=" })
            {
                var name = reader.Take().Value;
                reader.Take();
                named.Add((name, _expressions!.Parse()));
            }
            else if (named.Count > 0 || doubleStar is not null || star is not null)
            {
                throw reader.Fault("an argument by position must stand before those by name");
            }
            else
            {
                positional.Add(_expressions!.Parse());
            }

            if (!reader.TryTake(","))
            {
                break;
            }
        }

        reader.Expect(")");
        reader.Leave();
        return new Arguments(positional, named, star, doubleStar);
    }

    private TestCall Test(Expression value)
    {
        var position = reader.Take().Position;
        var negated = reader.TryTakeName("not");
        var name = DottedName(reader.Expect(TokenKind.Name, "the name of a test").Value);
        var arguments = Arguments.None;
        if (reader.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (reader.Current.Kind is TokenKind.Text or TokenKind.Integer or TokenKind.Float || reader.Is("[") || reader.Is("{")
            || (reader.Current.Kind == TokenKind.Name && !s_endOfTest.Contains(reader.Current.Value, StringComparer.Ordinal)))
        {
            arguments = new Arguments([ParsePostfix(Parse())], [], null, null);
        }

        return new TestCall(position, value, name, arguments, negated);
    }

    private string DottedName(string name)
    {
        while (reader.Is("."))
        {
            reader.Take();
            name += "." + reader.Expect(TokenKind.Name, "a name").Value;
        }

        return name;
    }

    private Expression Attribute(Expression target)
    {
        var position = reader.Take().Position;
        var token = reader.Take();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeAccess(position, target, token.Value),
            TokenKind.Integer => new ItemAccess(position, target, new Literal(token.Position, new JinjaInteger(Integer(token)))),
            _ => throw reader.Fault(token, "a name must stand after the dot"),
        };
    }

    private ItemAccess Item(Expression target)
    {
        var position = reader.Expect("[").Position;
        reader.Enter();
        var start = reader.Is(":") ? null : _expressions!.ParseTuple(allowCondition: true, () => reader.Is("]"));
        Expression index;
        if (reader.TryTake(":"))
        {
            var stop = reader.Is("]") || reader.Is(":") ? null : _expressions!.Parse();
            var step = reader.TryTake(":") && !reader.Is("]") ? _expressions!.Parse() : null;
            index = new Slice(position, start, stop, step);
        }
        else
        {
            index = start!;
        }

        reader.Expect("]");
        reader.Leave();
        return new ItemAccess(position, target, index);
    }

    private Expression Parenthesis()
    {
        var position = reader.Take().Position;
        if (reader.TryTake(")"))
        {
            return new ListExpression(position, [], IsTuple: true);
        }

        var inside = _expressions!.ParseTuple(allowCondition: true, () => reader.Is(")"));
        reader.Expect(")");
        return inside;
    }

    private ListExpression List()
    {
        var position = reader.Take().Position;
        var items = new List<Expression>();
        while (!reader.Is("]"))
        {
            items.Add(_expressions!.Parse());
            if (!reader.TryTake(","))
            {
                break;
            }
        }

        reader.Expect("]");
        return new ListExpression(position, items, IsTuple: false);
    }

    private DictExpression Dict()
    {
        var position = reader.Take().Position;
        var items = new List<(Expression, Expression)>();
        while (!reader.Is("}"))
        {
            var key = _expressions!.Parse();
            reader.Expect(":");
            items.Add((key, _expressions!.Parse()));
            if (!reader.TryTake(","))
            {
                break;
            }
        }

        reader.Expect("}");
        return new DictExpression(position, items);
    }

    /// <summary>String literals that stand side by side are one, as in Python.</summary>
    private string Texts()
    {
        var text = reader.Take().Value;
        if (reader.Current.Kind != TokenKind.Text)
        {
            return text;
        }

        var joined = new StringBuilder(text);
        while (reader.Current.Kind == TokenKind.Text)
        {
            joined.Append(reader.Take().Value);
        }

        return joined.ToString();
    }

    private BigInteger Integer(Token token)
    {
        var digits = token.Value.Replace("_", "", StringComparison.Ordinal);
        if (digits.Length > JinjaInteger.MaxDigits)
        {
            throw reader.Fault(token, $"a number may have at most {JinjaInteger.MaxDigits} digits");
        }

        var value = BigInteger.Zero;
        var radix = digits.Length > 1 && digits[0] == '0' ? digits[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 10 } : 10;
        var start = radix == 10 ? 0 : 2;
        foreach (var digit in digits.AsSpan(start))
        {
            var number = char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
            value = number < radix ? (value * radix) + number : throw reader.Fault(token, $"'{token.Value}' is not a number of base {radix}");
        }

        return start < digits.Length ? value : throw reader.Fault(token, $"'{token.Value}' has no digits");
    }
}
