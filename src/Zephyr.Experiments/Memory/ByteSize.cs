using System.Globalization;

namespace Zephyr.Experiments.Memory;

/// <summary>Numbers of bytes as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] s_units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ];

    /// <summary>Reads <c>24GiB</c>, <c>80 GB</c> or a plain number of bytes.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Bytes; null when it is no size.</returns>
    public static long? Parse(string text)
    {
        var trimmed = text.Trim();
        var (unit, factor) = s_units.FirstOrDefault(unit => trimmed.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase), ("", 1));
        var valid = double.TryParse(trimmed.AsSpan(0, trimmed.Length - unit.Length).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        return valid && value >= 1 && value * factor < long.MaxValue ? (long)(value * factor) : null;
    }

    /// <summary>A size in MiB below 10 GiB, in GiB above.</summary>
    /// <param name="bytes">The size.</param>
    public static string Text(long bytes) => bytes < 10L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):#,0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
