namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// A preference from the probabilities that a judge gives to its answers, as alpaca_eval's <c>logprob_parser</c> has it: with q the probability of the
/// token for the first output among the tokens that are answers, 2 - q.
/// </summary>
/// <param name="First">The token that prefers the output that the judge sees first, <c>m</c>.</param>
/// <param name="Answers">All tokens that are answers, <c>m</c> and <c>M</c>.</param>
/// <param name="IsBinary">Whether the preference is 1 or 2 alone.</param>
public sealed record TokenPreference(string First, IReadOnlyList<string> Answers, bool IsBinary)
{
    /// <summary>The preference.</summary>
    /// <param name="likeliest">The likeliest tokens in the place of the answer, with the natural logarithm of their probabilities. One that is not among them has the probability 0.</param>
    /// <returns>From 1 (the first output) to 2; null when none of the answers is among the tokens.</returns>
    public double? Of(IReadOnlyList<(string Token, double LogProb)> likeliest)
    {
        ArgumentNullException.ThrowIfNull(likeliest);
        var known = likeliest.Where(entry => entry.Token == First || Answers.Contains(entry.Token, StringComparer.Ordinal))
            .DistinctBy(static entry => entry.Token, StringComparer.Ordinal).ToDictionary(static entry => entry.Token, static entry => entry.LogProb, StringComparer.Ordinal);
        if (known.Count == 0)
        {
            return null;
        }

        double Log(string token) => known.GetValueOrDefault(token, double.NegativeInfinity);
        if (IsBinary)
        {
            return Answers.Where(token => token != First).All(token => Log(First) > Log(token)) ? 1 : 2;
        }

        // Against the largest, so that small probabilities do not vanish.
        var largest = Answers.Max(Log);
        return double.IsNegativeInfinity(largest) ? null : 2 - (Math.Exp(Log(First) - largest) / Answers.Sum(token => Math.Exp(Log(token) - largest)));
    }
}
