namespace Zephyr.Core.Data;

/// <summary>One of the completions of an UltraFeedback row.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Ratings">The ratings of its aspects that are numbers, each from 1 to 5.</param>
/// <param name="Critique">The score of the written critique, from 1 to 10, where there is one.</param>
internal sealed record RatedCompletion(string Response, IReadOnlyList<double> Ratings, double? Critique)
{
    /// <summary>Mean of the aspects' ratings; null when there are none.</summary>
    public double? MeanRating => Ratings.Count == 0 ? null : Ratings.Average();
}
