using Zephyr.Core.Tokenizers.Models;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Takes text through all steps to ids: added tokens that the raw text holds, normalization, added tokens that the normalized text holds,
/// pre-tokenizers, model. Holds scratch space: one serves one thread at a time.
/// </summary>
/// <param name="definition">The steps.</param>
/// <param name="rawTokens">Finds added tokens in raw text.</param>
/// <param name="normalizedTokens">Finds added tokens in normalized text.</param>
internal sealed class TextPipeline(TokenizerDefinition definition, AddedTokenMatcher rawTokens, AddedTokenMatcher normalizedTokens)
{
    private readonly IWordModel _model = definition.NewModel();
    private readonly TextScratch _scratch = new();
    private readonly List<TextRange>[] _parts = [.. definition.PreTokenizers.Select(_ => new List<TextRange>())];

    /// <summary>Appends the ids of a text.</summary>
    /// <param name="text">The text, valid UTF-16.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="recogniseSpecial">Whether special tokens written in it become those tokens.</param>
    /// <param name="output">Where the ids go.</param>
    /// <exception cref="ZephyrException">A pattern takes too long on this text.</exception>
    public void Encode(ReadOnlySpan<char> text, TextPlace place, bool recogniseSpecial, List<int> output)
    {
        for (var from = 0; from < text.Length;)
        {
            var found = rawTokens.Next(text, from, recogniseSpecial, out var id, out var start, out var end);
            if (start > from)
            {
                _scratch.Used = 0;
                var stretch = text[from..start];
                stretch = definition.Normalizer is null ? stretch : definition.Normalizer.Normalize(stretch, place, _scratch);
                EncodeNormalized(stretch, place, recogniseSpecial, output);
            }

            if (found)
            {
                output.Add(id);
                place = TextPlace.AfterSpecialToken;
            }

            from = end;
        }
    }

    private void EncodeNormalized(ReadOnlySpan<char> text, TextPlace place, bool recogniseSpecial, List<int> output)
    {
        for (var from = 0; from < text.Length;)
        {
            var found = normalizedTokens.Next(text, from, recogniseSpecial, out var id, out var start, out var end);
            if (start > from)
            {
                EncodeParts(text[from..start], 0, place, output);
            }

            if (found)
            {
                output.Add(id);
                place = TextPlace.AfterSpecialToken;
            }

            from = end;
        }
    }

    private void EncodeParts(ReadOnlySpan<char> text, int step, TextPlace place, List<int> output)
    {
        if (step == definition.PreTokenizers.Count)
        {
            _model.Encode(text, output);
            return;
        }

        var preTokenizer = definition.PreTokenizers[step];
        var used = _scratch.Used;
        text = preTokenizer.Prepare(text, place, _scratch);
        var parts = _parts[step];
        parts.Clear();
        preTokenizer.Split(text, parts);
        foreach (var part in parts)
        {
            if (part.End > part.Start)
            {
                // Only what starts the whole text is its start; what follows a cut is as after a token.
                EncodeParts(text[part.Start..part.End], step + 1, part.Start == 0 ? place : TextPlace.AfterSpecialToken, output);
            }
        }

        _scratch.Used = used;
    }
}
