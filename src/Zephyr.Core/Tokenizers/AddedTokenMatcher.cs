using System.Buffers;
using System.Text;
using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers;

/// <summary>Finds added tokens in a text: the leftmost, and of those that start at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<char, AddedToken[]> _byFirstCharacter;
    private readonly SearchValues<char> _firstCharacters;

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">The tokens, their content as it stands in the searched text.</param>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _byFirstCharacter = tokens.GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
        _firstCharacters = SearchValues.Create(_byFirstCharacter.Keys.ToArray());
    }

    /// <summary>Whether there is nothing to find.</summary>
    public bool IsEmpty => _byFirstCharacter.Count == 0;

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="from">Where to start; nothing before it is taken.</param>
    /// <param name="recogniseSpecial">Whether special tokens count; otherwise they are plain text.</param>
    /// <param name="id">Id of the token found.</param>
    /// <param name="start">First character it takes.</param>
    /// <param name="end">First character after it.</param>
    public bool Next(ReadOnlySpan<char> text, int from, bool recogniseSpecial, out int id, out int start, out int end)
    {
        var search = from;
        while (search < text.Length)
        {
            var offset = text[search..].IndexOfAny(_firstCharacters);
            if (offset < 0)
            {
                break;
            }

            start = search + offset;
            if (Match(text, start) is { } token)
            {
                end = start + token.Content.Length;
                search = end;
                if ((token.Special && !recogniseSpecial) || (token.SingleWord && TouchesWord(text, start, end)))
                {
                    continue;
                }

                id = token.Id;
                start = token.StripLeft ? from + text[from..start].TrimEnd().Length : start;
                end = token.StripRight ? text.Length - text[end..].TrimStart().Length : end;
                return true;
            }

            search = start + 1;
        }

        (id, start, end) = (-1, text.Length, text.Length);
        return false;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (Rune.DecodeLastFromUtf16(text[..start], out var before, out _) == OperationStatus.Done && CharacterClasses.IsWord(before))
        || (Rune.DecodeFromUtf16(text[end..], out var after, out _) == OperationStatus.Done && CharacterClasses.IsWord(after));

    private AddedToken? Match(ReadOnlySpan<char> text, int start)
    {
        foreach (var token in _byFirstCharacter[text[start]])
        {
            if (text[start..].StartsWith(token.Content, StringComparison.Ordinal))
            {
                return token;
            }
        }

        return null;
    }
}
