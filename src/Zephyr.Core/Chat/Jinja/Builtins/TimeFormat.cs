using System.Globalization;
using System.Text;
using Zephyr.Core.Chat.Jinja.Evaluation;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Formats a time by the directives of C's strftime, in English.</summary>
internal static class TimeFormat
{
    /// <summary>A time as text.</summary>
    /// <param name="time">The time.</param>
    /// <param name="format">Text with directives such as <c>%Y-%m-%d</c>; <c>%-d</c> leaves leading zeros out.</param>
    /// <param name="run">The rendering, for faults.</param>
    public static string Format(DateTime time, string format, RenderRun run)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            var bare = i < format.Length && format[i] == '-';
            i += bare ? 1 : 0;
            var part = i < format.Length ? Part(time, format[i]) : null;
            text.Append(part is null
                ? throw run.Fault($"'strftime_now' does not know the directive '%{(i < format.Length ? format[i] : ' ')}'")
                : bare ? part.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0" : part);
        }

        return text.ToString();
    }

    private static string? Part(DateTime time, char directive)
    {
        string Own(string format) => time.ToString(format, CultureInfo.InvariantCulture);
        return directive switch
        {
            'Y' => Own("yyyy"),
            'y' => Own("yy"),
            'm' => Own("MM"),
            'B' => Own("MMMM"),
            'b' or 'h' => Own("MMM"),
            'd' => Own("dd"),
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'A' => Own("dddd"),
            'a' => Own("ddd"),
            'H' => Own("HH"),
            'I' => Own("hh"),
            'M' => Own("mm"),
            'S' => Own("ss"),
            'f' => Own("ffffff"),
            'p' => Own("tt"),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'F' => Own("yyyy-MM-dd"),
            'T' => Own("HH:mm:ss"),
            'R' => Own("HH:mm"),
            'D' or 'x' => Own("MM/dd/yy"),
            'X' => Own("HH:mm:ss"),
            'c' => $"{Own("ddd MMM ")}{time.Day.ToString(CultureInfo.InvariantCulture),2} {Own("HH:mm:ss yyyy")}",
            'Z' or 'z' => "",
            'n' => "\n",
            't' => "\t",
            '%' => "%",
            _ => null,
        };
    }
}
