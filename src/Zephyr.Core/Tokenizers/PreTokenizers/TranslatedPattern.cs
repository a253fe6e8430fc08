namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>A pattern in the syntax of .NET.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="UsesWords">Whether it asks for word characters, <c>\w</c> or <c>\W</c>.</param>
/// <param name="Named">Ranges of characters that it names one by one.</param>
internal sealed record TranslatedPattern(string Expression, bool UsesWords, IReadOnlyList<(char First, char Last)> Named)
{
    /// <summary>Whether the pattern names a character by itself or in a range, rather than by its category.</summary>
    public bool Mentions(char character)
    {
        foreach (var (first, last) in Named)
        {
            if (character >= first && character <= last)
            {
                return true;
            }
        }

        return false;
    }
}
