using System.Numerics.Tensors;

namespace Zephyr.Core.Generation;

/// <summary>A token and the logarithm of its probability.</summary>
/// <param name="Id">The token.</param>
/// <param name="LogProb">Natural logarithm of its probability in the model's own distribution, before any sampling option.</param>
public sealed record TokenLogProb(int Id, double LogProb);

/// <summary>How likely a picked token was, and which were likeliest in its place.</summary>
/// <param name="Token">The picked token.</param>
/// <param name="Top">The likeliest tokens, likeliest first, equal ones by id.</param>
public sealed record TokenLogProbs(TokenLogProb Token, IReadOnlyList<TokenLogProb> Top)
{
    /// <summary>Most tokens that can be asked for in <see cref="Top"/>.</summary>
    public const int MaxTop = 20;

    /// <summary>Computes them: <c>logit - log sum exp logits</c>.</summary>
    /// <param name="logits">One logit for each token.</param>
    /// <param name="picked">The picked token.</param>
    /// <param name="top">How many of the likeliest are wanted.</param>
    internal static TokenLogProbs Of(ReadOnlySpan<float> logits, int picked, int top)
    {
        var largest = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - (double)largest);
        }

        var normaliser = largest + Math.Log(sum);
        var best = new List<int>(top + 1);
        for (var i = 0; i < logits.Length && top > 0; i++)
        {
            if (best.Count == top && logits[i] <= logits[best[^1]])
            {
                continue;
            }

            var place = best.Count;
            while (place > 0 && logits[i] > logits[best[place - 1]])
            {
                place--;
            }

            best.Insert(place, i);
            if (best.Count > top)
            {
                best.RemoveAt(top);
            }
        }

        var likeliest = new List<TokenLogProb>(best.Count);
        foreach (var id in best)
        {
            likeliest.Add(new TokenLogProb(id, logits[id] - normaliser));
        }

        return new TokenLogProbs(new TokenLogProb(picked, logits[picked] - normaliser), likeliest);
    }
}
