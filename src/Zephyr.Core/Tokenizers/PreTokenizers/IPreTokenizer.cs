namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Cuts text into the parts that the model sees one by one.</summary>
internal interface IPreTokenizer
{
    /// <summary>The text as this step changes it before cutting; most change nothing.</summary>
    /// <param name="text">The text, valid UTF-16.</param>
    /// <param name="place">Where it stands; nothing is put before a continuation.</param>
    /// <param name="scratch">Holds the changed text.</param>
    ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch) => text;

    /// <summary>Appends the parts of a prepared text, from left to right.</summary>
    /// <exception cref="ZephyrException">A pattern takes too long on this text.</exception>
    void Split(ReadOnlySpan<char> text, List<TextRange> parts);
}
