using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Configuration;

/// <summary>Reads the value of a setting that names a file or folder: a path, a <c>file:</c> address, or an address that is fetched.</summary>
internal static class PathReader
{
    private const string FileScheme = "file:";

    /// <summary>What is wrong with a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="property">The setting.</param>
    /// <returns>The problem; null when there is none, or the setting names no file.</returns>
    public static string? Problem(object? value, SettingProperty property)
    {
        if (!property.IsPath || value is not string text || property.PathKeywords.Contains(text, StringComparer.Ordinal))
        {
            return null;
        }

        if (RemoteSource.IsRemote(text))
        {
            return RemoteSource.TryParse(text, property.Remote, out _, out var problem) ? null : problem;
        }

        return text.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) && LocalPath(text) is null
            ? $"must be an address of this machine such as file:///data/rows.jsonl (is {text})"
            : null;
    }

    /// <summary>The value as it is used: an absolute path, or an address as it stands.</summary>
    /// <param name="text">The value, without a problem.</param>
    /// <param name="property">The setting.</param>
    /// <param name="folder">Folder that relative paths count from.</param>
    /// <returns>The path or address.</returns>
    public static string Read(string text, SettingProperty property, string folder) =>
        property.Remote != Core.RemoteContent.None && RemoteSource.IsRemote(text) ? text : Path.GetFullPath(LocalPath(text) ?? text, folder);

    private static string? LocalPath(string text) =>
        text.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { IsFile: true, IsUnc: false }
            ? uri.LocalPath
            : null;
}
