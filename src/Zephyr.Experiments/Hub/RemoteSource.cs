using System.Diagnostics.CodeAnalysis;
using Zephyr.Core;

namespace Zephyr.Experiments.Hub;

/// <summary>Where the files of a setting come from when it names no file or folder of this machine.</summary>
/// <param name="Text">The address as it was written.</param>
/// <param name="Content">What it stands for.</param>
public sealed record RemoteSource(string Text, RemoteContent Content)
{
    /// <summary>The repository, for an address of the hub.</summary>
    public HubReference? Hub { get; private init; }

    /// <summary>The address, for a file on a web server.</summary>
    public Uri? Web { get; private init; }

    /// <summary>Whether a text is an address and no path.</summary>
    /// <param name="text">Value of a setting.</param>
    /// <returns>Whether it begins with <c>hf://</c>, <c>https://</c> or <c>http://</c>.</returns>
    public static bool IsRemote(string text) =>
        text.StartsWith(HubReference.Scheme, StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <param name="text">A text for which <see cref="IsRemote"/> holds.</param>
    /// <param name="content">What the setting stands for.</param>
    /// <param name="source">The source, when the result is true.</param>
    /// <param name="problem">What is wrong, when the result is false.</param>
    /// <returns>Whether the address can be used there.</returns>
    public static bool TryParse(
        string text, RemoteContent content, [NotNullWhen(true)] out RemoteSource? source, [NotNullWhen(false)] out string? problem)
    {
        source = null;
        if (content == RemoteContent.None)
        {
            problem = $"must be a file or folder of this machine (is {text})";
        }
        else if (text.StartsWith(HubReference.Scheme, StringComparison.Ordinal))
        {
            if (HubReference.TryParse(text, out var reference, out problem))
            {
                problem = content != RemoteContent.Data && reference.Kind == HubRepositoryKind.Dataset
                    ? $"names a data set: write hf://models/ORG/NAME (is {text})"
                    : content == RemoteContent.Data && reference.Kind == HubRepositoryKind.Model
                    ? $"names a model: write hf://datasets/ORG/NAME/PATH (is {text})"
                    : null;
                source = problem is null ? new RemoteSource(text, content) { Hub = reference } : null;
            }
            else
            {
                problem = $"{problem} (is {text})";
            }
        }
        else if (content != RemoteContent.Data)
        {
            problem = $"must be a folder or hf://models/ORG/NAME: a model is more than one file (is {text})";
        }
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || FileName(uri) is null || uri.UserInfo.Length > 0)
        {
            problem = $"must be the address of one file, without user and password (is {text})";
        }
        else if (uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback)
        {
            problem = $"must begin with https: what comes over http can be changed on the way (is {text})";
        }
        else
        {
            problem = null;
            source = new RemoteSource(text, content) { Web = uri };
        }

        return problem is null;
    }

    /// <summary>Reads an address that was checked when the experiment was loaded.</summary>
    /// <param name="text">The address.</param>
    /// <param name="content">What the setting stands for.</param>
    /// <returns>The source.</returns>
    /// <exception cref="ZephyrException">The address cannot be used there.</exception>
    public static RemoteSource Parse(string text, RemoteContent content) =>
        TryParse(text, content, out var source, out var problem) ? source : throw new ZephyrException($"{text} {problem}.");

    /// <summary>The source without a revision, which says what it is and not which version: for keys and model cards.</summary>
    public string Identity => Hub is { } hub ? (hub.Pattern.Length > 0 ? $"{hub.Repository}/{hub.Pattern}" : hub.Repository) : Text;

    /// <summary>File name at the end of an address; null when there is none that a folder could hold.</summary>
    /// <param name="uri">The address.</param>
    /// <returns>The name.</returns>
    public static string? FileName(Uri uri)
    {
        var name = Uri.UnescapeDataString(uri.Segments[^1]);
        return HubReference.IsSafePath(name) && !name.Contains('/', StringComparison.Ordinal) ? name : null;
    }
}
