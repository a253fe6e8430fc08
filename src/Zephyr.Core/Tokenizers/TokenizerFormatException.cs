using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>A tokenizer file that is damaged, or asks for something this project does not do. The message starts with <c>file:line:column</c>.</summary>
/// <param name="path">The file.</param>
/// <param name="position">Where the fault is.</param>
/// <param name="message">What the fault is and what to do.</param>
public sealed class TokenizerFormatException(string path, TextPosition position, string message)
    : ZephyrException($"{path}:{position}: {message}")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Where the fault is.</summary>
    public TextPosition Position { get; } = position;
}
