namespace Zephyr.Core.Data;

/// <summary>A file of token rows that is cut off, damaged or of another kind.</summary>
/// <param name="path">The file.</param>
/// <param name="message">What is wrong with it.</param>
public sealed class TokenFileException(string path, string message)
    : ZephyrException($"{path}: {message}; make it again with the tokenize stage")
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
