using System.Globalization;
using System.Numerics;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>What operators do, as in Python.</summary>
/// <param name="run">The rendering.</param>
internal sealed class Operators(RenderRun run)
{
    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(JinjaValue value) => value switch
    {
        JinjaUndefined or JinjaNone => false,
        JinjaBoolean truth => truth.Value,
        JinjaInteger integer => !integer.Value.IsZero,
        JinjaFloat number => number.Value is not 0,
        JinjaString text => text.Text.Length > 0,
        JinjaList list => list.Kind == ListKind.Generator || list.Items.Count > 0,
        JinjaDict dict => dict.Items.Count > 0,
        _ => true,
    };

    /// <summary>The result of an operator between two operands.</summary>
    public JinjaValue Binary(string symbol, JinjaValue left, JinjaValue right)
    {
        Defined(left);
        Defined(right);
        return (symbol, left, right) switch
        {
            ("+", JinjaString a, JinjaString b) => Join(a, b),
            ("+", JinjaList { Kind: ListKind.List or ListKind.Tuple } a, JinjaList b) when a.Kind == b.Kind => Join(a, b),
            ("*", JinjaString text, _) when Numbers.TryInteger(right, out var count) => Repeat(text, count),
            ("*", _, JinjaString text) when Numbers.TryInteger(left, out var count) => Repeat(text, count),
            ("*", JinjaList { Kind: ListKind.List or ListKind.Tuple } list, _) when Numbers.TryInteger(right, out var count) => Repeat(list, count),
            ("*", _, JinjaList { Kind: ListKind.List or ListKind.Tuple } list) when Numbers.TryInteger(left, out var count) => Repeat(list, count),
            ("%", JinjaString text, _) => new Builtins.PercentFormat(run).Format(text, right),
            _ when Numbers.IsNumber(left) && Numbers.IsNumber(right) => Arithmetic(symbol, left, right),
            _ => throw run.Fault($"'{symbol}' cannot join {left.TypeName} and {right.TypeName}{Advice(symbol, left, right)}"),
        };
    }

    /// <summary><c>-value</c> or <c>+value</c>.</summary>
    public JinjaValue Signed(string symbol, JinjaValue value)
    {
        Defined(value);
        return value switch
        {
            JinjaFloat number => symbol == "-" ? new JinjaFloat(-number.Value) : number,
            _ when Numbers.TryInteger(value, out var number) => new JinjaInteger(symbol == "-" ? -number : number),
            _ => throw run.Fault($"'{symbol}' needs a number, not {value.TypeName}"),
        };
    }

    /// <summary>Whether two values are equal.</summary>
    public bool AreEqual(JinjaValue left, JinjaValue right)
    {
        run.Step();
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                run.Charge(Math.Min(a.Text.Length, b.Text.Length));
                return a.Text == b.Text;
            case (JinjaUndefined, JinjaUndefined) or (JinjaNone, JinjaNone):
                return true;
            case (JinjaList a, JinjaList b):
                run.Enter();
                var equal = a.Kind == b.Kind && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second));
                run.Leave();
                return equal;
            case (JinjaDict a, JinjaDict b):
                run.Enter();
                var same = a.Items.Count == b.Items.Count && a.Items.All(item => b.TryGet(item.Key, out var other) && AreEqual(item.Value, other));
                run.Leave();
                return same;
            default:
                return Numbers.IsNumber(left) && Numbers.IsNumber(right) ? Numbers.Compare(left, right) == 0 : ReferenceEquals(left, right);
        }
    }

    /// <summary>The order of two values; null when a number is NaN.</summary>
    public int? Order(string symbol, JinjaValue left, JinjaValue right)
    {
        Defined(left);
        Defined(right);
        run.Step();
        switch (left, right)
        {
            case (JinjaString a, JinjaString b):
                return CompareText(a.Text, b.Text);
            case (JinjaList a, JinjaList b) when a.Kind == b.Kind:
                run.Enter();
                var order = OrderLists(symbol, a, b);
                run.Leave();
                return order;
            default:
                return Numbers.IsNumber(left) && Numbers.IsNumber(right)
                    ? Numbers.Compare(left, right)
                    : throw run.Fault($"'{symbol}' cannot order {left.TypeName} and {right.TypeName}");
        }
    }

    /// <summary>Whether a container holds a value.</summary>
    public bool Contains(JinjaValue container, JinjaValue value)
    {
        switch (container)
        {
            case JinjaUndefined:
                return false;
            case JinjaString text:
                run.Charge(text.Text.Length);
                return value is JinjaString part
                    ? text.Text.Contains(part.Text, StringComparison.Ordinal)
                    : throw run.Fault($"'in' looks for a text in a text, not for {value.TypeName}{(value is JinjaUndefined undefined ? $" ({undefined.Hint})" : "")}");
            case JinjaDict dict:
                return DictKeys.IsKey(value) ? dict.TryGet(value, out _) : throw run.Fault($"{value.TypeName} cannot be a key of a dict");
            case JinjaList list:
                return list.Items.Any(item => AreEqual(item, value));
            default:
                throw run.Fault($"'in' cannot look into {container.TypeName}");
        }
    }

    /// <summary>Texts in Python's order, which is by code point.</summary>
    public static int CompareText(string left, string right)
    {
        for (var i = 0; i < left.Length && i < right.Length; i++)
        {
            if (left[i] != right[i])
            {
                // Surrogates stand below U+E000 in UTF-16 but above all of the plane by code point.
                var (a, b) = (char.IsSurrogate(left[i]), char.IsSurrogate(right[i]));
                return a == b ? left[i].CompareTo(right[i]) : a ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static string Advice(string symbol, JinjaValue left, JinjaValue right) =>
        symbol == "+" && (left is JinjaString || right is JinjaString) ? "; write ~, which makes texts of both, or put | string after it" : "";

    private void Defined(JinjaValue value)
    {
        if (value is JinjaUndefined undefined)
        {
            throw run.Fault(undefined.Hint);
        }
    }

    private JinjaString Join(JinjaString left, JinjaString right)
    {
        var text = new TracedText(run);
        text.Append(left);
        text.Append(right);
        return text.ToValue();
    }

    private JinjaList Join(JinjaList left, JinjaList right)
    {
        run.Step(left.Items.Count + right.Items.Count);
        return left with { Items = [.. left.Items, .. right.Items] };
    }

    private JinjaString Repeat(JinjaString text, BigInteger count)
    {
        var times = Times(count, text.Text.Length);
        var repeated = new TracedText(run);
        for (var i = 0; i < times; i++)
        {
            run.Step();
            repeated.Append(text);
        }

        return repeated.ToValue();
    }

    private JinjaList Repeat(JinjaList list, BigInteger count)
    {
        var times = Times(count, list.Items.Count);
        run.Step((long)times * list.Items.Count);
        return list with { Items = [.. Enumerable.Repeat(list.Items, times).SelectMany(items => items)] };
    }

    private int Times(BigInteger count, int length)
    {
        if (length == 0 || count.Sign <= 0)
        {
            return 0;
        }

        return count * length <= run.Limits.TextLength ? (int)count : throw run.Fault($"repeating gives more than {run.Limits.TextLength} elements");
    }

    private int? OrderLists(string symbol, JinjaList left, JinjaList right)
    {
        for (var i = 0; i < left.Items.Count && i < right.Items.Count; i++)
        {
            if (!AreEqual(left.Items[i], right.Items[i]))
            {
                return Order(symbol, left.Items[i], right.Items[i]);
            }
        }

        return left.Items.Count.CompareTo(right.Items.Count);
    }

    private JinjaValue Arithmetic(string symbol, JinjaValue left, JinjaValue right)
    {
        if ((symbol is "/" or "//" or "%" && Numbers.ToDouble(right) is 0) || (symbol == "**" && Numbers.ToDouble(left) is 0 && Numbers.ToDouble(right) < 0))
        {
            throw run.Fault($"'{symbol}' divides by zero");
        }

        return symbol != "/" && Numbers.TryInteger(left, out var a) && Numbers.TryInteger(right, out var b) && !(symbol == "**" && b.Sign < 0)
            ? Whole(symbol, a, b)
            : Fraction(symbol, Numbers.ToDouble(left), Numbers.ToDouble(right));
    }

    private JinjaInteger Whole(string symbol, BigInteger a, BigInteger b)
    {
        var value = symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "//" => Floor(a, b),
            "%" => a - (Floor(a, b) * b),
            _ => b <= JinjaInteger.MaxBits || a.IsZero || a.IsOne ? BigInteger.Pow(a, (int)BigInteger.Min(b, JinjaInteger.MaxBits)) : throw TooLarge(),
        };
        return value.GetBitLength() <= JinjaInteger.MaxBits ? new JinjaInteger(value) : throw TooLarge();
    }

    private ChatTemplateException TooLarge() => run.Fault(string.Create(CultureInfo.InvariantCulture, $"a whole number grows beyond {JinjaInteger.MaxBits} bits"));

    private static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0) ? quotient - 1 : quotient;
    }

    private JinjaFloat Fraction(string symbol, double a, double b)
    {
        var value = symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => DivideWhole(a, b).Quotient,
            "%" => DivideWhole(a, b).Remainder,
            _ => Math.Pow(a, b),
        };
        return double.IsNaN(value) && !double.IsNaN(a) && !double.IsNaN(b)
            ? throw run.Fault($"'{symbol}' has no real result here")
            : new JinjaFloat(value);
    }

    // Python's float divmod: the remainder is exact and has the divisor's sign, and the quotient follows from it.
    private static (double Quotient, double Remainder) DivideWhole(double a, double b)
    {
        var remainder = a % b;
        var quotient = (a - remainder) / b;
        if (remainder == 0)
        {
            remainder = Math.CopySign(0, b);
        }
        else if (b < 0 != remainder < 0)
        {
            remainder += b;
            quotient--;
        }

        if (quotient == 0)
        {
            return (Math.CopySign(0, a / b), remainder);
        }

        var whole = Math.Floor(quotient);
        return (quotient - whole > 0.5 ? whole + 1 : whole, remainder);
    }
}
