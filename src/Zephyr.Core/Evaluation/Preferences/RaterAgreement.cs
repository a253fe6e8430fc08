using Zephyr.Core.Randomness;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>What two judges gave the same answer.</summary>
/// <param name="Cluster">What was judged, such as a question: ratings of one cluster are not independent.</param>
/// <param name="First">The first judge's rating.</param>
/// <param name="Second">The second judge's rating.</param>
public sealed record RatedTwice(int Cluster, double First, double Second);

/// <summary>How far two judges agree beyond chance.</summary>
/// <param name="Items">Ratings that both gave.</param>
/// <param name="Agreement">Share of equal ratings.</param>
/// <param name="WithinOne">Share of ratings at most 1 apart.</param>
/// <param name="Kappa">Cohen's kappa (Cohen 1960): every difference counts the same.</param>
/// <param name="LinearKappa">Weighted kappa (Cohen 1968): a difference counts by its size.</param>
/// <param name="QuadraticKappa">Weighted kappa: a difference counts by its square.</param>
/// <param name="Pearson">Correlation of the ratings; its interval takes them as independent.</param>
/// <param name="Spearman">Correlation of their ranks.</param>
/// <param name="MeanDifference">Mean of the first judge's rating minus the second's.</param>
/// <param name="Ratings">The ratings that occur, ascending: rows and columns of <paramref name="Counts"/>.</param>
/// <param name="Counts">How often the first judge gave the row's rating and the second the column's.</param>
public sealed record RaterAgreement(
    int Items,
    Proportion Agreement,
    Proportion WithinOne,
    Kappa? Kappa,
    Kappa? LinearKappa,
    Kappa? QuadraticKappa,
    Correlation? Pearson,
    Correlation? Spearman,
    double MeanDifference,
    IReadOnlyList<double> Ratings,
    IReadOnlyList<IReadOnlyList<int>> Counts)
{
    /// <summary>Compares two judges.</summary>
    /// <param name="items">Their ratings.</param>
    /// <param name="seed">Seed of the bootstrap intervals of the kappas.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">There are no items.</exception>
    public static RaterAgreement Of(IReadOnlyList<RatedTwice> items, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0)
        {
            throw new ZephyrException("The two judges have no rated answer in common; give judgments of the same answers.");
        }

        double[] first = [.. items.Select(item => item.First)], second = [.. items.Select(item => item.Second)];
        double[] ratings = [.. first.Concat(second).Distinct().Order()];
        var counts = ratings.Select(_ => new int[ratings.Length]).ToArray();
        foreach (var item in items)
        {
            counts[Array.IndexOf(ratings, item.First)][Array.IndexOf(ratings, item.Second)]++;
        }

        return new RaterAgreement(
            items.Count,
            Proportion.Of(items.Count(item => item.First == item.Second), items.Count)!,
            Proportion.Of(items.Count(item => Math.Abs(item.First - item.Second) <= 1), items.Count)!,
            Preferences.Kappa.Of(items, static difference => difference == 0 ? 0 : 1, new SeededRandom(seed, "agreement/kappa")),
            Preferences.Kappa.Of(items, Math.Abs, new SeededRandom(seed, "agreement/linear")),
            Preferences.Kappa.Of(items, static difference => difference * difference, new SeededRandom(seed, "agreement/quadratic")),
            Correlation.Pearson(first, second),
            Correlation.Spearman(first, second),
            items.Average(item => item.First - item.Second),
            ratings,
            counts);
    }
}
