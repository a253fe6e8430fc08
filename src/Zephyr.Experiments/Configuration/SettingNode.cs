namespace Zephyr.Experiments.Configuration;

/// <summary>A piece of configuration as written, before it is checked against the settings there are.</summary>
/// <param name="Origin">Where it stands.</param>
public abstract record SettingNode(SettingOrigin Origin);

/// <summary>One value.</summary>
/// <param name="Origin">Where it stands.</param>
/// <param name="Text">The text, without quotes.</param>
/// <param name="Quoted">Whether it was quoted, and so is text whatever it looks like.</param>
public sealed record SettingScalar(SettingOrigin Origin, string Text, bool Quoted) : SettingNode(Origin);

/// <summary>A list.</summary>
/// <param name="Origin">Where it starts.</param>
/// <param name="Items">Its items.</param>
public sealed record SettingList(SettingOrigin Origin, IReadOnlyList<SettingNode> Items) : SettingNode(Origin);

/// <summary>A section.</summary>
/// <param name="Origin">Where it starts.</param>
/// <param name="Entries">Its entries, in the order of the file.</param>
public sealed record SettingMap(SettingOrigin Origin, IReadOnlyList<SettingEntry> Entries) : SettingNode(Origin)
{
    /// <summary>Entry of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The entry, or null.</returns>
    public SettingEntry? Find(string key) => Entries.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.Ordinal));
}

/// <summary>A key and what stands behind it.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyOrigin">Where the key stands.</param>
/// <param name="Value">What stands behind it.</param>
public sealed record SettingEntry(string Key, SettingOrigin KeyOrigin, SettingNode Value);
