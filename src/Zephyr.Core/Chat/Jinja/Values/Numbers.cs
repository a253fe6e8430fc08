using System.Globalization;
using System.Numerics;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>Numbers as Python has them: truths count as 0 and 1.</summary>
internal static class Numbers
{
    /// <summary>Whether a value can be reckoned with.</summary>
    public static bool IsNumber(JinjaValue value) => value is JinjaInteger or JinjaFloat or JinjaBoolean;

    /// <summary>A whole number, where it is one.</summary>
    public static bool TryInteger(JinjaValue value, out BigInteger number)
    {
        number = value switch { JinjaInteger integer => integer.Value, JinjaBoolean { Value: true } => BigInteger.One, _ => BigInteger.Zero };
        return value is JinjaInteger or JinjaBoolean;
    }

    /// <summary>The nearest double of a number.</summary>
    public static double ToDouble(JinjaValue value) => value switch
    {
        JinjaInteger integer => (double)integer.Value,
        JinjaBoolean truth => truth.Value ? 1 : 0,
        JinjaFloat number => number.Value,
        _ => throw new ArgumentException("not a number", nameof(value)),
    };

    /// <summary>Order of two numbers; null when one is not a number (NaN).</summary>
    public static int? Compare(JinjaValue left, JinjaValue right)
    {
        if (TryInteger(left, out var a) && TryInteger(right, out var b))
        {
            return a.CompareTo(b);
        }

        var (x, y) = (ToDouble(left), ToDouble(right));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    /// <summary>A double as Python writes it: the shortest digits that come back, an exponent from 1e16 and below 1e-4.</summary>
    public static string Text(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 17; digits++)
        {
            var candidate = value.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture).Equals(value))
            {
                shortest = candidate;
                break;
            }
        }

        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = shortest[0] == '-' ? "-" : "";
        var significant = shortest[sign.Length..mark].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        significant = significant.Length == 0 ? "0" : significant;
        if (exponent is < -4 or >= 16)
        {
            var fraction = significant.Length > 1 ? "." + significant[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{significant[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return sign + "0." + new string('0', -exponent - 1) + significant;
        }

        var whole = significant.Length > exponent + 1 ? significant[..(exponent + 1)] : significant.PadRight(exponent + 1, '0');
        var rest = significant.Length > exponent + 1 ? significant[(exponent + 1)..] : "0";
        return $"{sign}{whole}.{rest}";
    }
}
