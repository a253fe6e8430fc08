namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>Turns ids back into text. Safe for use from several threads at once.</summary>
internal interface ITokenDecoder
{
    /// <summary>The text of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    /// <param name="place">Where the text stands; a space that starts a continuation is kept.</param>
    /// <exception cref="ZephyrException">An id is not in the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place);

    /// <summary>Starts decoding ids that come one by one.</summary>
    ITokenStream Start(bool skipSpecial, TextPlace place);
}

/// <summary>Decodes ids one by one.</summary>
internal interface ITokenStream
{
    /// <summary>Takes the next id.</summary>
    /// <returns>The text that became complete.</returns>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    string Push(int id);

    /// <summary>Gives out what is held back.</summary>
    string Flush();
}
