using System.Text;

namespace Zephyr.Experiments.Terminal;

/// <summary>Shows several texts beside each other in columns, or one below the other where there is no room.</summary>
public static class SideBySide
{
    private const int Narrowest = 24;
    private const string Gap = " | ";

    /// <summary>Lays texts out.</summary>
    /// <param name="titles">A title for each text.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="width">Columns of the terminal; 0 where there is none.</param>
    /// <returns>Lines, each with its end.</returns>
    public static string Layout(IReadOnlyList<string> titles, IReadOnlyList<string> texts, int width)
    {
        ArgumentNullException.ThrowIfNull(titles);
        ArgumentNullException.ThrowIfNull(texts);
        var column = (width - (Gap.Length * (texts.Count - 1))) / texts.Count;
        var shown = new StringBuilder();
        if (column < Narrowest)
        {
            for (var i = 0; i < texts.Count; i++)
            {
                shown.Append('[').Append(titles[i]).Append("]\n").Append(texts[i]).Append('\n');
            }

            return shown.ToString();
        }

        var columns = texts.Select((text, i) => (List<string>)[$"[{titles[i]}]", .. text.Split('\n').SelectMany(line => Wrap(line, column))]).ToList();
        for (var line = 0; line < columns.Max(static lines => lines.Count); line++)
        {
            var cells = columns.Select(lines => (line < lines.Count ? Fit(lines[line], column) : "").PadRight(column));
            shown.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }

        return shown.ToString();
    }

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..width];

    private static IEnumerable<string> Wrap(string line, int width)
    {
        while (line.Length > width)
        {
            var at = line.LastIndexOf(' ', width);
            var cut = at > 0 ? at : char.IsHighSurrogate(line[width - 1]) ? width - 1 : width;
            yield return line[..cut];
            line = line[(at > 0 ? cut + 1 : cut)..];
        }

        yield return line;
    }
}
