namespace Zephyr.Experiments.Hub;

/// <summary>
/// A path with wildcards: <c>*</c> and <c>?</c> inside one part of the path, <c>**</c> for any number of parts. Every other
/// character stands for itself. Matching takes time in the product of the two lengths at most.
/// </summary>
public sealed class GlobPattern
{
    private readonly string[] _parts;

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The pattern, with forward slashes.</param>
    public GlobPattern(string pattern)
    {
        _parts = pattern.Split('/');
        var literal = _parts.TakeWhile(static part => !HasWildcard(part)).Count();
        var folders = Math.Min(literal, _parts.Length - 1);
        Folder = string.Join('/', _parts.Take(folders));
        IsRecursive = _parts.Length - folders > 1 || _parts[^1] == "**";
    }

    /// <summary>The folder that holds every match; empty for the root.</summary>
    public string Folder { get; }

    /// <summary>Whether matches may lie in folders below <see cref="Folder"/>.</summary>
    public bool IsRecursive { get; }

    /// <summary>Whether a path matches as a whole.</summary>
    /// <param name="path">The path, with forward slashes.</param>
    /// <returns>Whether it does; case counts.</returns>
    public bool IsMatch(string path) =>
        Matches<string>(_parts, path.Split('/'), static part => part == "**", static (part, name) => Matches<char>(
            part.AsSpan(), name.AsSpan(), static c => c == '*', static (c, other) => c == '?' || c == other));

    private static bool HasWildcard(string part) => part.AsSpan().IndexOfAny('*', '?') >= 0;

    // Goes back to the last star alone: an earlier one can only match more of what the last one can take as well.
    private static bool Matches<T>(ReadOnlySpan<T> pattern, ReadOnlySpan<T> items, Func<T, bool> isStar, Func<T, T, bool> isEqual)
    {
        var (at, item, star, resume) = (0, 0, -1, 0);
        while (item < items.Length)
        {
            if (at < pattern.Length && isStar(pattern[at]))
            {
                (star, resume) = (at++, item);
            }
            else if (at < pattern.Length && isEqual(pattern[at], items[item]))
            {
                at++;
                item++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                item = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (at < pattern.Length && isStar(pattern[at]))
        {
            at++;
        }

        return at == pattern.Length;
    }
}
