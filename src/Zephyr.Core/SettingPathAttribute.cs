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
}
