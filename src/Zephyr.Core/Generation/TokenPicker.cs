using Zephyr.Core.Randomness;

namespace Zephyr.Core.Generation;

/// <summary>Picks the next token from logits: the largest, or a seeded sample.</summary>
internal sealed class TokenPicker
{
    private readonly double _temperature;
    private readonly double _topP;
    private readonly SeededRandom? _random;

    /// <summary>Creates the picker of one prompt.</summary>
    /// <param name="options">Temperature, nucleus and seed.</param>
    /// <param name="prompt">Index of the prompt: its stream of random numbers.</param>
    public TokenPicker(GenerationOptions options, int prompt)
    {
        _temperature = options.Temperature;
        _topP = options.TopP;
        _random = options.Temperature > 0 ? new SeededRandom(options.Seed, $"generate/{prompt}") : null;
    }

    /// <summary>Picks a token.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <returns>Its id; the lowest one where logits are equal.</returns>
    public int Pick(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return _random is null ? best : Sample(logits, logits[best], _random);
    }

    private int Sample(ReadOnlySpan<float> logits, float largest, SeededRandom random)
    {
        var weights = new double[logits.Length];
        var ids = new int[logits.Length];
        double total = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            weights[i] = Math.Exp((logits[i] - (double)largest) / _temperature);
            ids[i] = i;
            total += weights[i];
        }

        // Likeliest first; equal ones by id, so that the order depends on nothing else.
        Array.Sort(ids, (a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        double kept = 0;
        var count = 0;
        while (count < ids.Length && (count == 0 || kept < _topP * total))
        {
            kept += weights[ids[count++]];
        }

        var target = random.NextDouble() * kept;
        for (var i = 0; i < count; i++)
        {
            target -= weights[ids[i]];
            if (target < 0)
            {
                return ids[i];
            }
        }

        return ids[count - 1];
    }
}
