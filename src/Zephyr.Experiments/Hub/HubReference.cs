using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Zephyr.Experiments.Hub;

/// <summary>Kinds of repositories on the hub.</summary>
public enum HubRepositoryKind
{
    /// <summary>A model.</summary>
    Model,

    /// <summary>A data set.</summary>
    Dataset,
}

/// <summary>
/// A repository on the hub, at a revision, and for data sets which of its files: what <c>hf://models/org/name@revision</c> and
/// <c>hf://datasets/org/name@revision/path</c> say. Every name is checked, so that none can lead out of a folder.
/// </summary>
/// <param name="Kind">Model or data set.</param>
/// <param name="Id">Name as the hub has it: <c>org/name</c>, or <c>name</c> alone for a few old ones.</param>
/// <param name="Revision">Branch, tag or commit; <c>main</c> when none is given.</param>
/// <param name="Pattern">Path inside the repository, which may hold <c>*</c>, <c>?</c> and <c>**</c>; empty for a model.</param>
public sealed partial record HubReference(HubRepositoryKind Kind, string Id, string Revision, string Pattern)
{
    /// <summary>How every reference starts.</summary>
    public const string Scheme = "hf://";

    private const int LongestPath = 1024;

    /// <summary>Reads a reference.</summary>
    /// <param name="text">The text, such as <c>hf://datasets/org/name@main/data/train-*.parquet</c>.</param>
    /// <param name="reference">What it says, when the result is true.</param>
    /// <param name="problem">What is wrong with it, when the result is false.</param>
    /// <returns>Whether it is sound.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        var parts = text.StartsWith(Scheme, StringComparison.Ordinal) ? text[Scheme.Length..].Split('/') : [];
        if (parts is not ["models" or "datasets", _, ..])
        {
            problem = "must be hf://models/ORG/NAME[@REVISION] or hf://datasets/ORG/NAME[@REVISION]/PATH";
            return false;
        }

        var kind = parts[0] == "models" ? HubRepositoryKind.Model : HubRepositoryKind.Dataset;

        // The revision ends the name: "name@rev" in the first part makes it a repository without an organisation.
        var nameParts = parts[1].Contains('@', StringComparison.Ordinal) || parts.Length == 2 ? 1 : 2;
        var (last, revision) = parts[nameParts].Split('@', 2) is [var name, var given] ? (name, Uri.UnescapeDataString(given)) : (parts[nameParts], "main");
        var id = nameParts == 1 ? last : $"{parts[1]}/{last}";
        var pattern = string.Join('/', parts[(nameParts + 1)..]);
        problem = !IdPattern().IsMatch(id) || id.Contains("..", StringComparison.Ordinal) || id.Contains("--", StringComparison.Ordinal)
                ? $"names no repository: '{id}' must be ORG/NAME of letters, digits, '-', '_' and '.', without '..' and '--'"
            : !IsRevision(revision) ? $"has the revision '{revision}': it must be a branch, tag or commit (a slash in it is written %2F)"
            : kind == HubRepositoryKind.Model && pattern.Length > 0 ? $"has the path '{pattern}' after a model: a model is fetched as a whole, leave the path out"
            : kind == HubRepositoryKind.Dataset && !IsSafePath(pattern) ? $"has the path '{pattern}': name files of the data set, such as data/train-*.parquet, without '..'"
            : null;
        reference = problem is null ? new HubReference(kind, id, revision, pattern) : null;
        return problem is null;
    }

    /// <summary>Whether a path stays inside the folder it is put into, on every operating system.</summary>
    /// <param name="path">A relative path with forward slashes.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsSafePath(string path) =>
        path.Length is > 0 and <= LongestPath
        && !path.Any(static c => char.IsControl(c) || c is '\\' or ':')
        && path.Split('/').All(static part => part.Length is > 0 and <= 255 && part is not ("." or "..") && part[^1] is not (' ' or '.'));

    /// <summary>Whether <see cref="Revision"/> is a commit, which never moves.</summary>
    public bool IsPinned => IsCommit(Revision);

    /// <summary>Whether a text is the name of a commit.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Whether it is 40 lower-case hexadecimal digits.</returns>
    public static bool IsCommit(string? text) => text is { Length: 40 } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The repository without a revision: <c>hf://models/org/name</c>.</summary>
    public string Repository => $"{Scheme}{Folder}/{Id}";

    /// <summary>First part of addresses of the repository's kind: <c>models</c> or <c>datasets</c>.</summary>
    public string Folder => Kind == HubRepositoryKind.Model ? "models" : "datasets";

    /// <summary>The same files at a commit, as text.</summary>
    /// <param name="commit">The commit.</param>
    /// <returns>The text, which <see cref="TryParse"/> reads.</returns>
    public string At(string commit) => $"{Repository}@{commit}{(Pattern.Length > 0 ? "/" + Pattern : "")}";

    /// <inheritdoc />
    public override string ToString() => At(Uri.EscapeDataString(Revision));

    // What git allows in the name of a branch, without what could leave a folder or an address.
    private static bool IsRevision(string revision) =>
        RevisionPattern().IsMatch(revision) && !revision.Contains("..", StringComparison.Ordinal) && !revision.Contains("//", StringComparison.Ordinal)
        && revision[^1] is not ('/' or '.');

    [GeneratedRegex(@"^([A-Za-z0-9][A-Za-z0-9._-]{0,95}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RevisionPattern();
}
