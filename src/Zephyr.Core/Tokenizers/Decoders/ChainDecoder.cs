namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>Decodes by a chain of steps, in whatever order a file gives them; without a decoder pieces are joined by spaces.</summary>
/// <param name="pieces">The vocabulary.</param>
/// <param name="steps">The steps; null joins the pieces by spaces.</param>
internal sealed class ChainDecoder(PieceTable pieces, IReadOnlyList<IDecoderStep>? steps) : ITokenDecoder
{
    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial, TextPlace place)
    {
        var kept = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (!pieces.IsSpecial(id) || !skipSpecial)
            {
                kept.Add(pieces[id]);
            }
        }

        if (steps is null)
        {
            return string.Join(' ', kept);
        }

        IReadOnlyList<string> texts = kept;
        foreach (var step in steps)
        {
            texts = step.Decode(texts, place == TextPlace.Continuation);
        }

        return string.Concat(texts);
    }

    /// <inheritdoc/>
    public ITokenStream Start(bool skipSpecial, TextPlace place) => new Stream(this, skipSpecial, place);

    // Any step may change earlier text, so all ids are decoded again; an unfinished character shows as U+FFFD at the end and is held back.
    private sealed class Stream(ChainDecoder decoder, bool skipSpecial, TextPlace place) : ITokenStream
    {
        private readonly List<int> _ids = [];
        private int _given;

        public string Push(int id)
        {
            _ids.Add(id);
            var text = decoder.Decode(_ids.ToArray(), skipSpecial, place);
            return text.EndsWith('\uFFFD') ? "" : Rest(text);
        }

        public string Flush() => Rest(decoder.Decode(_ids.ToArray(), skipSpecial, place));

        private string Rest(string text)
        {
            var rest = text.Length > _given ? text[_given..] : "";
            _given += rest.Length;
            return rest;
        }
    }
}
