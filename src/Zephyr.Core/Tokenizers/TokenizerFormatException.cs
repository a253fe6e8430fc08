using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// A tokenizer file that is damaged, or asks for something this project does not do. The message starts with <c>file:line:column</c>, or for
/// a binary file with the file and the byte.
/// </summary>
public sealed class TokenizerFormatException : ZephyrException
{
    /// <summary>A fault in a text file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">Where the fault is.</param>
    /// <param name="message">What the fault is and what to do.</param>
    public TokenizerFormatException(string path, TextPosition position, string message)
        : base($"{path}:{position}: {message}") => (Path, Position) = (path, position);

    /// <summary>A fault in a binary file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="byteOffset">Bytes before the fault.</param>
    /// <param name="message">What the fault is and what to do.</param>
    public TokenizerFormatException(string path, long byteOffset, string message)
        : base($"{path}: at byte {byteOffset}: {message}") => (Path, ByteOffset) = (path, byteOffset);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where the fault is in a text file.</summary>
    public TextPosition Position { get; }

    /// <summary>Where the fault is in a binary file.</summary>
    public long ByteOffset { get; }
}
