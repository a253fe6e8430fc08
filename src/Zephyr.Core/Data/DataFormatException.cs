using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>A data file that is damaged or whose rows are not what they should be. The message starts with <c>file:line:column</c>.</summary>
/// <param name="path">The file.</param>
/// <param name="position">Where the fault is.</param>
/// <param name="message">What the fault is, with the key, and what to do.</param>
public sealed class DataFormatException(string path, TextPosition position, string message)
    : ZephyrException($"{path}:{position}: {message}")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Where the fault is.</summary>
    public TextPosition Position { get; } = position;
}
