namespace Zephyr.Core.Chat.Jinja.Lexing;

/// <summary>What Python, in which chat templates are defined, counts as whitespace.</summary>
internal static class Whitespace
{
    /// <summary>Whether a character is whitespace; unlike in .NET the four separator controls are.</summary>
    public static bool Is(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';
}
