namespace Zephyr.Core;

/// <summary>
/// Marks a setting that names a file or folder. A relative path counts from the folder of the file that sets it,
/// and stages are keyed by the content found there, never by the path.
/// </summary>
/// <param name="keywords">Values that are words of their own and no path (such as <c>random</c>).</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingPathAttribute(params string[] keywords) : Attribute
{
    /// <summary>Values that are words of their own and no path.</summary>
    public IReadOnlyList<string> Keywords { get; } = keywords;

    /// <summary>What an address such as <c>hf://models/org/name</c> stands for here; <see cref="RemoteContent.None"/> refuses addresses.</summary>
    public RemoteContent Remote { get; set; }
}

/// <summary>What the address in a setting stands for: which files of a repository are fetched.</summary>
public enum RemoteContent
{
    /// <summary>Addresses are refused.</summary>
    None,

    /// <summary>A model: configuration, weights and tokenizer.</summary>
    Model,

    /// <summary>The tokenizer of a model.</summary>
    Tokenizer,

    /// <summary>Files of rows.</summary>
    Data,
}
