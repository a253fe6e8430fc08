using System.Globalization;

namespace Zephyr.Experiments.Commands;

/// <summary>Ages as people write them.</summary>
internal static class AgeArgument
{
    private static readonly (char Unit, TimeSpan Length)[] s_units =
    [
        ('m', TimeSpan.FromMinutes(1)), ('h', TimeSpan.FromHours(1)), ('d', TimeSpan.FromDays(1)), ('w', TimeSpan.FromDays(7)),
    ];

    /// <summary>Reads <c>90m</c>, <c>12h</c>, <c>30d</c> or <c>4w</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The age; null when it is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        const double Longest = 36500;
        var length = text.Length > 0 ? s_units.FirstOrDefault(unit => unit.Unit == text[^1]).Length : TimeSpan.Zero;
        return length > TimeSpan.Zero && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * length.TotalDays <= Longest ? count * length : null;
    }
}
