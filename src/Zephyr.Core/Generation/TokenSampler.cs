using System.Numerics.Tensors;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Generation;

/// <summary>
/// Picks tokens from logits. It keeps room to work in, so one sampler serves one thread; what it picks depends on its arguments alone.
/// </summary>
/// <param name="vocabulary">Size of the vocabulary.</param>
internal sealed class TokenSampler(int vocabulary)
{
    // Below this the likeliest token has all the probability, and a division would leave the range of float32.
    private const double CoolestSampling = 1e-6;

    private readonly float[] _scores = new float[vocabulary];
    private readonly float[] _work = new float[vocabulary];
    private int[] _candidates = [];

    /// <summary>Picks a token.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <param name="options">How.</param>
    /// <param name="history">Tokens so far; needed where there are penalties.</param>
    /// <param name="random">The request's numbers.</param>
    /// <param name="index">Place of the token in the answer: which number is drawn.</param>
    /// <returns>Its id; greedily the lowest one where logits are equal.</returns>
    /// <exception cref="ZephyrException">A logit is not a number.</exception>
    public int Pick(ReadOnlySpan<float> logits, SamplingOptions options, TokenHistory history, SeededRandom random, int index)
    {
        if (options.Temperature < CoolestSampling)
        {
            return Largest(HasPenalty(options) ? Penalised(logits, options, history) : logits);
        }

        var weights = Weights(logits, options, history);
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        // The token whose stretch of [0, total) holds the target; rounding may leave the last one.
        var target = random.DoubleAt((ulong)index) * total;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] > 0)
            {
                last = i;
                target -= weights[i];
                if (target < 0)
                {
                    return i;
                }
            }
        }

        return last;
    }

    /// <summary>The weights tokens are drawn by: proportional to their probabilities, 0 for those that are out.</summary>
    /// <param name="logits">One logit for each token of the vocabulary.</param>
    /// <param name="options">How; the temperature is above 0.</param>
    /// <param name="history">Tokens so far.</param>
    /// <returns>One weight for each token, valid until the next call.</returns>
    public ReadOnlySpan<float> Weights(ReadOnlySpan<float> logits, SamplingOptions options, TokenHistory history)
    {
        var scores = Penalised(logits, options, history);
        Largest(scores);
        TensorPrimitives.Divide(scores, (float)options.Temperature, scores);
        var floor = options.TopK > 0 && options.TopK < scores.Length ? KthLargest(scores, options.TopK) : float.NegativeInfinity;
        var largest = TensorPrimitives.Max(scores);

        // softmax without its division: weights are relative to the likeliest token, whose weight is 1.
        if (float.IsNegativeInfinity(floor))
        {
            TensorPrimitives.Subtract(scores, largest, scores);
            TensorPrimitives.Exp(scores, scores);
        }
        else
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] = scores[i] < floor ? 0 : MathF.Exp(scores[i] - largest);
            }
        }

        if (options.TopP < 1)
        {
            KeepNucleus(scores, options.TopP);
        }

        if (options.MinP > 0)
        {
            var least = (float)options.MinP;
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] = scores[i] < least ? 0 : scores[i];
            }
        }

        return scores;
    }

    private static bool HasPenalty(SamplingOptions options) =>
        options.RepetitionPenalty != 1 || options.FrequencyPenalty != 0 || options.PresencePenalty != 0;

    private static int Largest(ReadOnlySpan<float> scores)
    {
        var best = TensorPrimitives.IndexOfMax(scores);
        return float.IsFinite(scores[best])
            ? best
            : throw new ZephyrException($"The model's logits are not numbers (token {best} has {scores[best]}): its weights are damaged, or bfloat16 overflowed.");
    }

    private Span<float> Penalised(ReadOnlySpan<float> logits, SamplingOptions options, TokenHistory history)
    {
        logits.CopyTo(_scores);
        if (options.RepetitionPenalty != 1)
        {
            var penalty = (float)options.RepetitionPenalty;
            foreach (var id in history.Seen)
            {
                _scores[id] = _scores[id] < 0 ? _scores[id] * penalty : _scores[id] / penalty;
            }
        }

        if (options.FrequencyPenalty != 0 || options.PresencePenalty != 0)
        {
            foreach (var (id, count) in history.Answered)
            {
                _scores[id] -= (float)((count * options.FrequencyPenalty) + options.PresencePenalty);
            }
        }

        return _scores;
    }

    // In ascending order tokens are out while their sum is at most 1 - p; the likeliest always stays.
    private void KeepNucleus(Span<float> weights, double topP)
    {
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        // All tokens below this share together weigh less than what is cut, so they are out whatever their order.
        var rest = (1 - topP) * total;
        var faint = (float)(rest / weights.Length);
        if (_candidates.Length == 0)
        {
            _candidates = new int[weights.Length];
        }

        var count = 0;
        double cut = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] >= faint && weights[i] > 0)
            {
                _candidates[count] = i;
                _work[count++] = -weights[i];
            }
            else
            {
                cut += weights[i];
                weights[i] = 0;
            }
        }

        // Likeliest first; among equal ones the higher id is cut first, so that the order depends on nothing else.
        Array.Sort(_work, _candidates, 0, count);
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && _work[end] == _work[start])
            {
                end++;
            }

            Array.Sort(_candidates, start, end - start);
            start = end;
        }

        for (var i = count - 1; i > 0; i--)
        {
            cut += weights[_candidates[i]];
            if (cut > rest)
            {
                break;
            }

            weights[_candidates[i]] = 0;
        }
    }

    // Hoare's selection with the middle element as pivot.
    private float KthLargest(ReadOnlySpan<float> scores, int k)
    {
        var work = _work.AsSpan(0, scores.Length);
        scores.CopyTo(work);
        var (low, high, wanted) = (0, work.Length - 1, k - 1);
        while (low < high)
        {
            var pivot = work[low + ((high - low) / 2)];
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (work[i] > pivot)
                {
                    i++;
                }

                while (work[j] < pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (work[i], work[j]) = (work[j], work[i]);
                    i++;
                    j--;
                }
            }

            if (wanted <= j)
            {
                high = j;
            }
            else if (wanted >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }

        return work[wanted];
    }
}
