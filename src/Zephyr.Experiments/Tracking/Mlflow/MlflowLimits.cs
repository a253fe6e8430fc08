using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>
/// What fits into a request. Servers cut longer values without a word, so they are cut here instead, with the SHA-256 of
/// the whole value at the end: the journal keeps it whole.
/// </summary>
public static class MlflowLimits
{
    /// <summary>Metric points in a batch.</summary>
    public const int Metrics = 1000;

    /// <summary>Parameters in a batch.</summary>
    public const int Params = 100;

    /// <summary>Tags in a batch.</summary>
    public const int Tags = 100;

    /// <summary>Metrics, parameters and tags together in a batch.</summary>
    public const int Items = 1000;

    /// <summary>Characters of a name.</summary>
    public const int Key = 250;

    /// <summary>Characters of a parameter's value.</summary>
    public const int ParamValue = 6000;

    /// <summary>Characters of a tag's value (older servers; newer ones take 8,000).</summary>
    public const int TagValue = 5000;

    /// <summary>Characters of a data set's digest.</summary>
    public const int Digest = 36;

    /// <summary>
    /// Makes a name that every server takes: letters, digits, <c>_ - . /</c> and space; no empty, <c>.</c> or <c>..</c> part
    /// between slashes, so that it is also a safe file name; at most 250 characters.
    /// </summary>
    /// <param name="name">The name wanted.</param>
    /// <returns>The same name when it is fine already.</returns>
    public static string Name(string name)
    {
        var letters = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            letters.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or ' ' ? c : '_');
        }

        var parts = letters.ToString().Split('/').Select(part => part.Trim() is "" or "." or ".." ? "_" : part);
        return Cut(string.Join('/', parts), Key);
    }

    /// <summary>Cuts a text to a length; the hash of the whole stands at the end of a cut one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Characters at most, more than 24.</param>
    /// <returns>The text itself when it fits.</returns>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        var mark = "..sha256." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
        var keep = length - mark.Length;
        if (char.IsHighSurrogate(text[keep - 1]))
        {
            keep--;
        }

        return text[..keep] + mark;
    }
}
