using System.Globalization;
using System.Text.RegularExpressions;

namespace Zephyr.Experiments.Configuration;

/// <summary>Reads one written value as the kind of setting it is for, by the rules of YAML's core schema.</summary>
public static partial class ScalarReader
{
    /// <summary>Reads a value.</summary>
    /// <param name="scalar">As written.</param>
    /// <param name="shape">What it is for.</param>
    /// <param name="value">null, bool, long, ulong, double or string.</param>
    /// <returns>What is wrong; null when it was read.</returns>
    public static string? Read(SettingScalar scalar, SettingShape shape, out object? value)
    {
        value = null;
        if (IsNull(scalar))
        {
            return shape.Nullable ? null : $"must be {shape.Noun} (is empty)";
        }

        switch (shape.Kind)
        {
            case SettingKind.Text:
                value = scalar.Text;
                return scalar.Quoted || !LooksTyped(scalar.Text) ? null : $"must be text: write \"{scalar.Text}\" in quotes";
            case SettingKind.Choice:
                value = scalar.Text.Replace('-', '_');
                return shape.Choices.ContainsKey((string)value) ? null : UnknownChoice(scalar.Text, shape);
            case SettingKind.Switch when !scalar.Quoted && scalar.Text is "true" or "True" or "TRUE":
                value = true;
                return null;
            case SettingKind.Switch when !scalar.Quoted && scalar.Text is "false" or "False" or "FALSE":
                value = false;
                return null;
            case SettingKind.Integer when !scalar.Quoted && NumberPattern().IsMatch(scalar.Text):
                return ReadInteger(scalar.Text, shape, out value);
            case SettingKind.Number when !scalar.Quoted && NumberPattern().IsMatch(scalar.Text):
                var number = double.Parse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
                value = number == 0 ? 0.0 : number; // -0 and 0 are one value
                return double.IsFinite(number) ? null : $"is too large for a number ({scalar.Text})";
            default:
                return $"must be {shape.Noun} (is {(scalar.Quoted ? $"the text \"{scalar.Text}\"" : scalar.Text)})";
        }
    }

    /// <summary>Whether a value is null: nothing, <c>~</c> or <c>null</c>, without quotes.</summary>
    /// <param name="scalar">As written.</param>
    /// <returns>Whether it is null.</returns>
    public static bool IsNull(SettingScalar scalar) => !scalar.Quoted && scalar.Text is "" or "~" or "null" or "Null" or "NULL";

    private static string? ReadInteger(string text, SettingShape shape, out object? value)
    {
        value = null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return $"is too large for a whole number ({text})";
        }

        if (number != decimal.Truncate(number))
        {
            return $"must be a whole number (is {text})";
        }

        var (smallest, largest) = Type.GetTypeCode(shape.Type) switch
        {
            TypeCode.Int32 => (int.MinValue, (decimal)int.MaxValue),
            TypeCode.Int64 => (long.MinValue, (decimal)long.MaxValue),
            _ => (0m, (decimal)ulong.MaxValue),
        };
        if (number < smallest || number > largest)
        {
            return $"must be between {smallest} and {largest} (is {text})";
        }

        value = shape.Type == typeof(ulong) ? (ulong)number : (object)(long)number;
        return null;
    }

    private static string UnknownChoice(string text, SettingShape shape)
    {
        var nearest = NameSuggestion.Nearest(text, shape.Choices.Keys);
        return $"must be {shape.Noun} (is {text})" + (nearest is null ? "" : $"; did you mean {nearest}?");
    }

    private static bool LooksTyped(string text) =>
        NumberPattern().IsMatch(text) || text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE" or ".inf" or "-.inf" or ".nan";

    [GeneratedRegex(@"^[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,9})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberPattern();
}
