namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Something that finds places in a text.</summary>
internal interface ITextPattern
{
    /// <summary>Appends every match, from left to right, none overlapping another.</summary>
    /// <param name="text">The text, valid UTF-16.</param>
    /// <param name="matches">Where the matches go.</param>
    /// <exception cref="ZephyrException">The pattern takes too long on this text.</exception>
    void FindAll(ReadOnlySpan<char> text, List<TextRange> matches);
}
