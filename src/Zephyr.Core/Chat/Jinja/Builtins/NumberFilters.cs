using System.Globalization;
using System.Numerics;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    /// <summary><c>abs</c>.</summary>
    public static JinjaValue Abs(JinjaValue value, CallArguments call)
    {
        call.Take();
        return value switch
        {
            JinjaFloat number => new JinjaFloat(Math.Abs(number.Value)),
            _ when Numbers.TryInteger(value, out var number) => new JinjaInteger(BigInteger.Abs(number)),
            _ => throw call.Run.Fault($"'abs' needs a number, not {value.TypeName}"),
        };
    }

    /// <summary><c>int</c>: the default where the value is no number.</summary>
    public static JinjaValue Int(JinjaValue value, CallArguments call)
    {
        call.Take("default", "base");
        Defined(value, call);
        var standard = call.Find(0, "default") ?? new JinjaInteger(0);
        switch (value)
        {
            case JinjaFloat number:
                return double.IsFinite(number.Value) ? new JinjaInteger(new BigInteger(number.Value)) : standard;
            case JinjaString text:
                return ReadInteger(text.Text, call.Integer(1, "base", 10)) ?? standard;
            default:
                return Numbers.TryInteger(value, out var whole) ? new JinjaInteger(whole) : standard;
        }
    }

    /// <summary><c>float</c>: the default where the value is no number.</summary>
    public static JinjaValue Float(JinjaValue value, CallArguments call)
    {
        call.Take("default");
        Defined(value, call);
        var standard = call.Find(0, "default") ?? new JinjaFloat(0);
        return value switch
        {
            JinjaString text => double.TryParse(Digits(text.Text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new JinjaFloat(number) : standard,
            _ => Numbers.IsNumber(value) ? new JinjaFloat(Numbers.ToDouble(value)) : standard,
        };
    }

    /// <summary><c>round</c>: half to even, up or down, with a precision of 0 to 15 digits.</summary>
    public static JinjaValue Round(JinjaValue value, CallArguments call)
    {
        call.Take("precision", "method");
        if (!Numbers.IsNumber(value))
        {
            throw call.Run.Fault($"'round' needs a number, not {value.TypeName}");
        }

        var precision = call.Integer(0, "precision", 0);
        if (precision is < 0 or > 15)
        {
            throw call.Run.Fault("the precision of 'round' must be 0 to 15");
        }

        var method = call.FindText(1, "method")?.Text ?? "common";
        var (number, scale) = (Numbers.ToDouble(value), Math.Pow(10, precision));
        return method switch
        {
            "common" when value is not JinjaFloat => value,
            "common" => new JinjaFloat(Math.Round(number, precision, MidpointRounding.ToEven)),
            // Zero is added because Python rounds to a whole number here, which has no negative zero.
            "ceil" => new JinjaFloat((Math.Ceiling(number * scale) + 0.0) / scale),
            "floor" => new JinjaFloat((Math.Floor(number * scale) + 0.0) / scale),
            _ => throw call.Run.Fault("the method of 'round' must be common, ceil or floor"),
        };
    }

    /// <summary><c>sum</c>.</summary>
    public static JinjaValue Sum(JinjaValue value, CallArguments call)
    {
        call.Take("attribute", "start");
        var operators = new Operators(call.Run);
        var attribute = call.Find(0, "attribute");
        var sum = call.Find(1, "start") ?? new JinjaInteger(0);
        foreach (var item in Sequences.Items(value, call.Run))
        {
            sum = operators.Binary("+", sum, attribute is null or JinjaNone ? item : AttributePath.Get(item, attribute, call));
        }

        return sum;
    }

    private static JinjaInteger? ReadInteger(string text, int radix)
    {
        var digits = Digits(text);
        if (digits.Length is 0 or > JinjaInteger.MaxDigits)
        {
            return null;
        }

        if (radix == 10)
        {
            return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? new(whole)
                : double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? new(new BigInteger(number))
                : null;
        }

        var value = BigInteger.Zero;
        var negative = digits[0] == '-';
        var rest = digits.TrimStart('-', '+').ToLowerInvariant();
        var prefix = radix switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        foreach (var digit in prefix.Length > 0 && rest.StartsWith(prefix, StringComparison.Ordinal) ? rest[2..] : rest)
        {
            var number = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetterLower(digit) ? digit - 'a' + 10 : radix;
            if (number >= radix)
            {
                return null;
            }

            value = (value * radix) + number;
        }

        return new(negative ? -value : value);
    }

    private static string Digits(string text) => text.Trim().Replace("_", "", StringComparison.Ordinal);

    private static void Defined(JinjaValue value, CallArguments call)
    {
        if (value is JinjaUndefined undefined)
        {
            throw call.Run.Fault($"{undefined.Hint}; '{call.Name}' needs a value, or put | default(0) before it");
        }
    }
}
