using System.Globalization;

namespace Zephyr.Experiments.Slurm;

/// <summary>Slurm's way to write a time limit: <c>M</c>, <c>M:S</c>, <c>H:M:S</c>, <c>D-H</c>, <c>D-H:M</c>, <c>D-H:M:S</c>.</summary>
internal static class SlurmTime
{
    /// <summary>What a time limit looks like.</summary>
    public const string Pattern = "[0-9]{1,9}(:[0-5]?[0-9]){0,2}|[0-9]{1,6}-[0-9]{1,2}(:[0-5]?[0-9]){0,2}";

    /// <summary>Reads a time limit.</summary>
    /// <param name="text">Text that matches <see cref="Pattern"/>.</param>
    /// <returns>The limit.</returns>
    public static TimeSpan Parse(string text)
    {
        var (days, rest) = text.Split('-') is [var before, var behind] ? (Number(before), behind) : (0, text);
        var parts = rest.Split(':').Select(Number).ToArray();
        var seconds = (text.Contains('-', StringComparison.Ordinal), parts) switch
        {
            (true, [var hours]) => hours * 3600,
            (true, [var hours, var minutes]) => (hours * 3600) + (minutes * 60),
            (false, [var minutes]) => minutes * 60,
            (false, [var minutes, var last]) => (minutes * 60) + last,
            (_, [var hours, var minutes, var last]) => (hours * 3600) + (minutes * 60) + last,
            _ => throw new FormatException($"{text} is no time limit of Slurm."),
        };
        return TimeSpan.FromSeconds((days * 86400) + seconds);
    }

    private static long Number(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
