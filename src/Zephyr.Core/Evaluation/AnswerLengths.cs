namespace Zephyr.Core.Evaluation;

/// <summary>How long a model's answers are.</summary>
/// <param name="MeanTokens">Mean number of generated tokens, the end token not counted.</param>
/// <param name="MeanCharacters">Mean number of characters.</param>
/// <param name="MedianTokens">Median number of generated tokens.</param>
/// <param name="LongestTokens">Largest number of generated tokens.</param>
/// <param name="CutShare">Share of answers stopped by the token limit before their end token, in [0, 1].</param>
public sealed record AnswerLengths(double MeanTokens, double MeanCharacters, double MedianTokens, int LongestTokens, double CutShare)
{
    /// <summary>Length figures of a list of answers.</summary>
    /// <param name="answers">The answers.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">There are no answers.</exception>
    public static AnswerLengths Of(IReadOnlyList<JudgedAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
        {
            throw new ZephyrException("Length figures need at least one answer; check that the held-out set is not empty.");
        }

        var tokens = answers.Select(answer => answer.Tokens).Order().ToArray();
        var middle = tokens.Length / 2;
        var median = tokens.Length % 2 == 1 ? tokens[middle] : (tokens[middle - 1] + tokens[middle]) / 2.0;
        return new AnswerLengths(
            tokens.Average(),
            answers.Average(answer => (double)answer.Answer.Length),
            median,
            tokens[^1],
            answers.Count(answer => answer.Cut) / (double)answers.Count);
    }
}
