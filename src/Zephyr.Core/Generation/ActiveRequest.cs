using System.Text;
using Zephyr.Core.Randomness;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Generation;

/// <summary>A request within the engine: what of its prompt is read, what is answered, and which pages it has.</summary>
internal sealed class ActiveRequest
{
    private readonly StreamingDecoder? _decoder;
    private readonly StopScanner _scanner;
    private readonly StringBuilder _text = new();
    private readonly List<int> _ids = [];
    private readonly List<TokenLogProbs> _logProbs = [];
    private readonly TokenHistory _history;
    private readonly SeededRandom _random;
    private readonly int _longest;

    /// <summary>Prepares a request.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="tokenizer">Turns tokens into text; null for tokens alone.</param>
    /// <param name="positions">Positions of the model.</param>
    /// <param name="ring">Pages it needs.</param>
    /// <param name="cancellation">Ends it early.</param>
    public ActiveRequest(GenerationRequest request, Tokenizer? tokenizer, int positions, int ring, CancellationToken cancellation)
    {
        (Request, Ring, Cancellation) = (request, ring, cancellation);
        Prompt = [.. request.Prompt];
        _decoder = tokenizer?.DecodeStream(skipSpecial: true, request.Place);
        _scanner = new StopScanner(request.Sampling.StopStrings);
        _history = new TokenHistory(Prompt);
        _random = new SeededRandom(request.Sampling.Seed, $"sample/{request.Sample}");
        _longest = Math.Min(request.Sampling.MaxTokens ?? int.MaxValue, positions - Prompt.Length);
    }

    public GenerationRequest Request { get; }

    public int[] Prompt { get; }

    /// <summary>Pages it needs, used as a ring.</summary>
    public int Ring { get; }

    public CancellationToken Cancellation { get; }

    public GenerationStream Stream { get; } = new();

    /// <summary>Its pages; empty while it waits.</summary>
    public int[] Pages { get; set; } = [];

    /// <summary>Tokens whose keys and values are in the pages.</summary>
    public int Cached { get; set; }

    /// <summary>Tokens that are known and not yet in the pages: what is left of the prompt, or the token picked last.</summary>
    public int Known => Prompt.Length + _ids.Count - Cached;

    public int this[int position] => position < Prompt.Length ? Prompt[position] : _ids[position - Prompt.Length];

    /// <summary>Takes the next token from its logits.</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="sampler">Picks it.</param>
    /// <returns>Whether the answer is whole.</returns>
    /// <exception cref="ZephyrException">The logits are not numbers, or the token has no text.</exception>
    public bool Take(ReadOnlySpan<float> logits, TokenSampler sampler)
    {
        var sampling = Request.Sampling;
        var id = sampler.Pick(logits, sampling, _history, _random, _ids.Count);
        if (sampling.StopIds.Contains(id))
        {
            End(FinishReason.Stop);
            return true;
        }

        var probabilities = Request.TopLogProbs is { } top ? TokenLogProbs.Of(logits, id, top) : null;
        _ids.Add(id);
        _history.Add(id);
        if (probabilities is not null)
        {
            _logProbs.Add(probabilities);
        }

        var piece = _decoder is null ? "" : _scanner.Push(_decoder.Push(id));
        _text.Append(piece);
        Stream.Write(new GeneratedToken(id, piece, probabilities));
        if (_scanner.Found is not null)
        {
            End(FinishReason.Stop);
            return true;
        }

        if (_ids.Count >= _longest)
        {
            End(FinishReason.Length);
            return true;
        }

        return false;
    }

    private void End(FinishReason reason)
    {
        if (_decoder is not null && _scanner.Found is null)
        {
            var rest = _scanner.Push(_decoder.Flush());
            rest += _scanner.Found is null ? _scanner.Flush() : "";
            if (rest.Length > 0)
            {
                _text.Append(rest);
                Stream.Write(new GeneratedToken(-1, rest, null));
            }

            reason = _scanner.Found is null ? reason : FinishReason.Stop;
        }

        Stream.End(new GenerationResult(_ids, _text.ToString(), reason, _scanner.Found, _logProbs));
    }
}
