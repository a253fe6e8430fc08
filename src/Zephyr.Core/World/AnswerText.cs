namespace Zephyr.Core.World;

/// <summary>An answer as the judge reads it: its words, and whether they are language at all.</summary>
internal sealed class AnswerText
{
    internal AnswerText(string text)
    {
        Text = text.Trim();
        Words = Split(Text);
        Lower = Text.ToLowerInvariant();
    }

    /// <summary>The answer without space at its ends.</summary>
    internal string Text { get; }

    /// <summary>The answer in small letters.</summary>
    internal string Lower { get; }

    /// <summary>Runs of letters and digits in order, apostrophes inside words kept.</summary>
    internal IReadOnlyList<string> Words { get; }

    /// <summary>Whether any of the phrases occurs, case ignored.</summary>
    internal bool HasAny(IReadOnlyList<string> phrases)
    {
        foreach (var phrase in phrases)
        {
            if (Lower.Contains(phrase, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The answer without the phrases, case ignored.</summary>
    /// <param name="phrases">What to take out, in small letters.</param>
    /// <param name="found">How many of the phrases occurred.</param>
    internal AnswerText Without(IReadOnlyList<string> phrases, out int found)
    {
        found = 0;
        var (text, lower) = (Text, Lower);
        foreach (var phrase in phrases)
        {
            if (lower.Contains(phrase, StringComparison.Ordinal))
            {
                found++;
                text = text.Replace(phrase, " ", StringComparison.OrdinalIgnoreCase);
                lower = text.ToLowerInvariant();
            }
        }

        return found == 0 ? this : new AnswerText(text);
    }

    /// <summary>Whether a word occurs, case ignored.</summary>
    internal bool HasWord(string word)
    {
        foreach (var own in Words)
        {
            if (string.Equals(own, word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the answer is stuck: one word four times running, or one run of three words three times.</summary>
    internal bool Loops()
    {
        var running = 1;
        for (var i = 1; i < Words.Count; i++)
        {
            running = string.Equals(Words[i], Words[i - 1], StringComparison.OrdinalIgnoreCase) ? running + 1 : 1;
            if (running == 4)
            {
                return true;
            }
        }

        if (Words.Count < 9)
        {
            return false;
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i + 2 < Words.Count; i++)
        {
            var run = $"{Words[i]} {Words[i + 1]} {Words[i + 2]}";
            seen[run] = seen.GetValueOrDefault(run) + 1;
            if (seen[run] == 3)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Splits any text into words.</summary>
    internal static List<string> Split(string text)
    {
        var words = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || (text[i] == '\'' && start >= 0));
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                words.Add(text[start..i]);
                start = -1;
            }
        }

        return words;
    }
}
