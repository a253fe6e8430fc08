namespace Zephyr.Core.Tokenizers.Models;

/// <summary>Turns the parts of a text that pre-tokenization leaves into ids. Holds scratch space: one serves one thread at a time.</summary>
internal interface IWordModel
{
    /// <summary>Appends the ids of a part.</summary>
    /// <param name="text">The part, valid UTF-16.</param>
    /// <param name="output">Where the ids go.</param>
    void Encode(ReadOnlySpan<char> text, List<int> output);
}
