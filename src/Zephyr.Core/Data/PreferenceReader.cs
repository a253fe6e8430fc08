using Zephyr.Core.Chat;

namespace Zephyr.Core.Data;

/// <summary>Reads preference pairs from <c>.json</c> and <c>.jsonl</c> files, one row in memory at a time.</summary>
public static class PreferenceReader
{
    /// <summary>Reads the pairs of a file in its order. Pairs nothing can be learnt from are left out and counted.</summary>
    /// <param name="file">The file, its format and the share of its rows to take.</param>
    /// <param name="drops">Where pairs left out are counted.</param>
    /// <exception cref="DataFormatException">The file is damaged, or a row is not of the format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static IEnumerable<PreferencePair> Read(DataFileOptions file, DropCounts drops)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(drops);
        var formats = new RowFormats(file.Path);
        var format = file.Format;
        foreach (var row in RowFormats.Read(file))
        {
            format = format == RowFormat.Auto ? formats.Detect(row) : format;
            var pair = formats.Pair(row, format);
            if (Fault(pair) is { } reason)
            {
                drops.Add(reason);
            }
            else
            {
                yield return pair;
            }
        }
    }

    private static DropReason? Fault(PreferencePair pair) =>
        pair.Prompt.Count == 0 || pair.Prompt[^1].Role is not ChatRoles.User ? DropReason.NoUserTurn
            : string.IsNullOrWhiteSpace(pair.Chosen) || string.IsNullOrWhiteSpace(pair.Rejected) ? DropReason.EmptyAnswer
            : string.Equals(pair.Chosen, pair.Rejected, StringComparison.Ordinal) ? DropReason.IdenticalAnswers
            : null;
}
