using Zephyr.Core.Tokenizers.Decoders;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Decodes ids one by one as they are generated. Text is given out once it is complete: never half a character.
/// The parts put together equal <see cref="Tokenizer.Decode"/> of all ids, save that a run of bytes whose start was good UTF-8 and already
/// given out stays so when its end is not.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly ITokenStream _stream;

    internal StreamingDecoder(ITokenStream stream) => _stream = stream;

    /// <summary>Takes the next id.</summary>
    /// <returns>The text that became complete, often empty inside a character.</returns>
    /// <exception cref="ZephyrException">The id is not in the vocabulary.</exception>
    public string Push(int id) => _stream.Push(id);

    /// <summary>Gives out what is held back; call it after the last id.</summary>
    public string Flush() => _stream.Flush();
}
