using Zephyr.Core.Tokenizers.Unicode;

namespace Zephyr.Core.Tokenizers.PreTokenizers;

/// <summary>Writes bytes as characters in the middle of a sequence of pre-tokenizers; as the last step the model does it.</summary>
internal sealed class ByteMappingPreTokenizer : IPreTokenizer
{
    /// <inheritdoc/>
    public ReadOnlySpan<char> Prepare(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch)
    {
        var result = scratch.Rent(text.Length * 3);
        return result[..ByteCharacters.Write(text, result)];
    }

    /// <inheritdoc/>
    public void Split(ReadOnlySpan<char> text, List<TextRange> parts) => parts.Add(new TextRange(0, text.Length));
}
