namespace Zephyr.Experiments.Configuration;

/// <summary>Finds the valid name nearest to a mistyped one.</summary>
public static class NameSuggestion
{
    /// <summary>The nearest name, by edits and swapped neighbours, if it is near enough to be what was meant.</summary>
    /// <param name="given">The mistyped name.</param>
    /// <param name="valid">The valid names.</param>
    /// <returns>The name, or null.</returns>
    public static string? Nearest(string given, IEnumerable<string> valid)
    {
        var limit = Math.Max(1, Math.Min(given.Length, 64) / 3);
        string? best = null;
        var bestDistance = limit + 1;
        foreach (var name in valid.Order(StringComparer.Ordinal))
        {
            var distance = Distance(given, name, bestDistance);
            if (distance < bestDistance)
            {
                best = name;
                bestDistance = distance;
            }
        }

        return best;
    }

    // Optimal string alignment; rows two back are kept for swaps.
    private static int Distance(string a, string b, int giveUp)
    {
        if (Math.Abs(a.Length - b.Length) >= giveUp)
        {
            return giveUp;
        }

        var before = new int[b.Length + 1];
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            before = previous;
            previous = current;
        }

        return previous[b.Length];
    }
}
