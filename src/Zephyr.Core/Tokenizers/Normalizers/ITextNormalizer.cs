namespace Zephyr.Core.Tokenizers.Normalizers;

/// <summary>Changes text before it is cut into words.</summary>
internal interface ITextNormalizer
{
    /// <summary>The changed text; the text itself where nothing changes.</summary>
    /// <param name="text">The text, valid UTF-16.</param>
    /// <param name="place">Where it stands; nothing is put before a continuation.</param>
    /// <param name="scratch">Holds the changed text.</param>
    /// <exception cref="ZephyrException">A pattern takes too long on this text.</exception>
    ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text, TextPlace place, TextScratch scratch);
}
