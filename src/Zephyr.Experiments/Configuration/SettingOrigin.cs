namespace Zephyr.Experiments.Configuration;

/// <summary>Where a value was set: a place in a file, an argument, or nowhere (the default).</summary>
/// <param name="Source">Display name of the file, <c>--set key=value</c>, or <c>default</c>.</param>
/// <param name="Line">Line in the file, from 1; 0 when it is no file.</param>
/// <param name="Column">Column in the line, from 1; 0 when it is no file.</param>
/// <param name="Folder">Folder that relative paths count from; null for a default.</param>
public sealed record SettingOrigin(string Source, int Line, int Column, string? Folder)
{
    /// <summary>The value was not set.</summary>
    public static SettingOrigin Default { get; } = new("default", 0, 0, null);

    /// <summary>An argument of the command line.</summary>
    /// <param name="argument">The text after <c>--set</c>.</param>
    /// <param name="currentFolder">The current folder.</param>
    /// <returns>The origin.</returns>
    public static SettingOrigin Argument(string argument, string currentFolder) => new($"--set {argument}", 0, 0, currentFolder);

    /// <inheritdoc />
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
