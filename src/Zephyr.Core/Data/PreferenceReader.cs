using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Reads preference pairs from data files of every supported kind, a few rows in memory at a time.</summary>
public static class PreferenceReader
{
    /// <summary>Reads the pairs of a source in the order of its files. Pairs nothing can be learnt from are left out and counted.</summary>
    /// <param name="file">The source, its format and the share of its rows to take.</param>
    /// <param name="drops">Where pairs left out are counted.</param>
    /// <param name="reading">What reading needs beyond the source; the defaults when left out.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a row is not of the format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IEnumerable<PreferencePair> Read(DataFileOptions file, DropCounts drops, ReadingOptions? reading = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(drops);
        var formats = new RowFormats(reading ?? ReadingOptions.Default);
        var format = file.Format;
        foreach (var row in new SourceRows(file, reading ?? ReadingOptions.Default).Read())
        {
            format = format == RowFormat.Auto ? RowFormats.Detect(row) : format;
            var (pair, reason) = formats.Pair(row, format);
            if ((reason ?? Fault(pair!)) is { } dropped)
            {
                drops.Add(dropped);
            }
            else
            {
                yield return pair! with { Source = row.Source };
            }
        }
    }

    private static DropReason? Fault(PreferencePair pair) =>
        pair.Prompt.Count == 0 || pair.Prompt[^1].Role is not ChatRoles.User ? DropReason.NoUserTurn
            : string.IsNullOrWhiteSpace(pair.Chosen) || string.IsNullOrWhiteSpace(pair.Rejected) ? DropReason.EmptyAnswer
            : string.Equals(pair.Chosen, pair.Rejected, StringComparison.Ordinal) ? DropReason.IdenticalAnswers
            : null;
}
