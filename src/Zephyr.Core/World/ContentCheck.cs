using System.Globalization;

namespace Zephyr.Core.World;

/// <summary>How much of an answer's content is right.</summary>
internal static class ContentCheck
{
    /// <summary>Share of the content that is right, 0 to 1, for the kinds that have a result.</summary>
    internal static double Share(GroundTruth truth, AnswerText answer) => truth.Kind switch
    {
        AnswerKind.Value => Value(truth, answer),
        AnswerKind.Number => Number(truth, answer),
        AnswerKind.Sequence => Sequence(truth.Expected, Items(truth.Expected, answer)),
        AnswerKind.Text => ExactText(truth.Expected[0], answer),
        AnswerKind.WordLimit => WordLimit(truth, answer),
        _ => 0,
    };

    /// <summary>The expected items that the answer names, in its order.</summary>
    internal static List<string> Items(IReadOnlyList<string> expected, AnswerText answer)
    {
        // A numbered list's own marks are no items: "1. 7" names 7 alone.
        var numbered = char.IsAsciiDigit(expected[0][0]) && answer.Text.StartsWith("1. ", StringComparison.Ordinal);
        var found = new List<string>();
        for (var i = 0; i < answer.Words.Count; i++)
        {
            if (numbered && i % 2 == 0)
            {
                continue;
            }

            if (expected.Contains(answer.Words[i], StringComparer.OrdinalIgnoreCase))
            {
                found.Add(answer.Words[i].ToLowerInvariant());
            }
        }

        return found;
    }

    private static double Value(GroundTruth truth, AnswerText answer)
    {
        var named = answer.HasWord(truth.Expected[0]);
        var rival = truth.Rivals.Any(answer.HasWord);
        return (named, rival) switch { (true, false) => 1, (true, true) => 0.25, _ => 0 };
    }

    /// <summary>The last number is the result; one that is off by one earns a little.</summary>
    private static double Number(GroundTruth truth, AnswerText answer)
    {
        var last = answer.Words.LastOrDefault(word => char.IsAsciiDigit(word[0]));
        if (last is null || !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return 0;
        }

        var expected = long.Parse(truth.Expected[0], CultureInfo.InvariantCulture);
        return number == expected ? 1 : number - expected is 1 or -1 ? 0.25 : 0;
    }

    /// <summary>Pairs of neighbours that stand in the right order, less items missing or named twice.</summary>
    private static double Sequence(IReadOnlyList<string> expected, List<string> found)
    {
        if (found.Count == expected.Count && found.SequenceEqual(expected, StringComparer.OrdinalIgnoreCase))
        {
            return 1;
        }

        var distinct = found.Distinct(StringComparer.Ordinal).ToList();
        var right = 0;
        for (var i = 0; i + 1 < distinct.Count; i++)
        {
            right += Index(expected, distinct[i]) + 1 == Index(expected, distinct[i + 1]) ? 1 : 0;
        }

        var share = (double)right / Math.Max(1, expected.Count - 1) * distinct.Count / Math.Max(found.Count, expected.Count);
        return Math.Min(0.75, share);
    }

    /// <summary>The exact words in a row give 1; otherwise the longest common subsequence of words over the longer text, at most 0.75.</summary>
    private static double ExactText(string expected, AnswerText answer)
    {
        var wanted = AnswerText.Split(expected);
        var own = answer.Words;
        for (var start = 0; start + wanted.Count <= own.Count; start++)
        {
            var same = 0;
            while (same < wanted.Count && string.Equals(own[start + same], wanted[same], StringComparison.Ordinal))
            {
                same++;
            }

            if (same == wanted.Count)
            {
                return 1;
            }
        }

        var row = new int[own.Count + 1];
        foreach (var word in wanted)
        {
            var diagonal = 0;
            for (var j = 1; j <= own.Count; j++)
            {
                var above = row[j];
                row[j] = string.Equals(word, own[j - 1], StringComparison.Ordinal) ? diagonal + 1 : Math.Max(row[j], row[j - 1]);
                diagonal = above;
            }
        }

        return Math.Min(0.75, (double)row[^1] / Math.Max(wanted.Count, own.Count));
    }

    private static double WordLimit(GroundTruth truth, AnswerText answer)
    {
        var topic = answer.HasWord(truth.Expected[0]);
        return Math.Abs(answer.Words.Count - truth.Words) switch
        {
            0 => topic ? 1 : 0.25,
            1 => topic ? 0.5 : 0,
            _ => topic ? 0.25 : 0,
        };
    }

    private static int Index(IReadOnlyList<string> items, string item)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (string.Equals(items[i], item, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -2;
    }
}
