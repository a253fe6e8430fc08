namespace Zephyr.Core.Data;

/// <summary>What a row is.</summary>
public enum RowKind
{
    /// <summary>A conversation.</summary>
    Conversations,

    /// <summary>A preference pair.</summary>
    Pairs,
}

/// <summary>Tells what the rows of a source are.</summary>
public static class RowKinds
{
    /// <summary>What the first row of a source is; an empty source is one of conversations.</summary>
    /// <param name="source">The source.</param>
    /// <exception cref="DataFormatException">The file is damaged, or its first row is of no format.</exception>
    /// <exception cref="ZephyrException">The file cannot be read.</exception>
    public static RowKind Of(DataFileOptions source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var first = new SourceRows(source with { Fraction = 1 }, ReadingOptions.Default).Read().FirstOrDefault();
        if (first is null)
        {
            return RowKind.Conversations;
        }

        var format = source.Format == RowFormat.Auto ? RowFormats.Detect(first) : source.Format;
        return format is RowFormat.Preference or RowFormat.Transcript or RowFormat.UltraFeedback
            || (format == RowFormat.ShareGpt && first.Has(RowKey.Chosen) && first.Has(RowKey.Rejected))
            ? RowKind.Pairs
            : RowKind.Conversations;
    }
}
