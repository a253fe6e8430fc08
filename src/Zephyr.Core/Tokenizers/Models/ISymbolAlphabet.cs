namespace Zephyr.Core.Tokenizers.Models;

/// <summary>Turns text into the symbols that merging starts from.</summary>
internal interface ISymbolAlphabet
{
    /// <summary>Symbols that one UTF-16 unit can become, at most.</summary>
    int SymbolsPerUnit { get; }

    /// <summary>Writes the ids of a text's symbols; what the vocabulary has no symbol for becomes the unknown id, or nothing.</summary>
    /// <param name="text">The text, valid UTF-16.</param>
    /// <param name="output">Room for <see cref="SymbolsPerUnit"/> ids per unit.</param>
    /// <returns>How many ids were written.</returns>
    int Write(ReadOnlySpan<char> text, Span<int> output);
}
