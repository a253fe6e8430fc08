namespace Zephyr.Core.Generation;

/// <summary>Finds stop texts in a text that comes in pieces, holding back what may be the start of one.</summary>
/// <param name="stops">The stop texts.</param>
internal sealed class StopScanner(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>The stop text that was found; null before.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <param name="text">The piece.</param>
    /// <returns>What certainly stands before any stop text; everything before it once one is found, and nothing after that.</returns>
    public string Push(string text)
    {
        if (Found is not null || text.Length == 0)
        {
            return "";
        }

        if (stops.Count == 0)
        {
            return text;
        }

        var all = _held + text;
        var first = -1;
        foreach (var stop in stops)
        {
            var at = all.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first))
            {
                (first, Found) = (at, stop);
            }
        }

        if (first >= 0)
        {
            _held = "";
            return all[..first];
        }

        var kept = stops.Max(stop => Overlap(all, stop));
        _held = all[^kept..];
        return all[..^kept];
    }

    /// <summary>Gives out what is held back, when no more text comes.</summary>
    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    // Length of the longest end of the text that a stop text begins with.
    private static int Overlap(string text, string stop)
    {
        for (var length = Math.Min(text.Length, stop.Length - 1); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
            {
                return length;
            }
        }

        return 0;
    }
}
