namespace Zephyr.Core.Data.DuckDb;

/// <summary>DuckDB refused a query, or failed while running it.</summary>
/// <param name="message">The first lines of DuckDB's message: what is wrong, without its hints.</param>
internal sealed class DuckDbException(string message) : ZephyrException(Shorten(message))
{
    /// <summary>Whether a message is of those after which the database takes no more queries.</summary>
    public static bool IsFatal(string message) =>
        message.Contains("INTERNAL Error", StringComparison.Ordinal) || message.Contains("FATAL Error", StringComparison.Ordinal);

    // After an empty line DuckDB repeats the query or lists options of its own that nobody can set here.
    private static string Shorten(string message)
    {
        var end = message.IndexOf("\n\n", StringComparison.Ordinal);
        var hints = message.IndexOf("\nPossible fixes", StringComparison.OrdinalIgnoreCase);
        var length = new[] { end, hints, 1000 }.Where(position => position >= 0).Append(message.Length).Min();
        return string.Join("; ", message[..length].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
