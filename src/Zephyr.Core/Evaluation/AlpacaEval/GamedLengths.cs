namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// The feature rows of AlpacaEval's two gamed baselines, gpt4_1106_preview told to be concise and to be verbose. Their judgments are known
/// by two sums (<see cref="GamedStatistics"/>), but the likelihood also needs how long their answers are, which we model: an answer to an
/// instruction that the baseline answers with L characters has k L^a exp(s z) characters, z standard normal, k such that the mean is the
/// published one. The two a and the two s solve four equations that the published figures of the two gamed baselines themselves
/// satisfy: at their published coefficients the mean prediction of each equals its win rate, and the length and difficulty derivatives of
/// their two likelihoods, which take the two sums, add up to zero. No figure of a model under test enters; the published length-controlled
/// win rates of the two whose annotations we have come out within 0.01.
/// </summary>
internal static class GamedLengths
{
    /// <summary>Name of the model whose answers the gamed baselines vary.</summary>
    public const string Baseline = "gpt4_1106_preview";

    private static readonly GamedBaseline s_concise = new(MeanLength: 1136, Exponent: 1.01086, Spread: 0.294448);

    private static readonly GamedBaseline s_verbose = new(MeanLength: 2402, Exponent: 0.801451, Spread: 0.176084);

    /// <summary>Nodes and weights of the Gauss-Hermite rule for the mean over a standard normal variable; exact to degree 13.</summary>
    private static readonly (double Node, double Weight)[] s_normal =
    [
        (-3.750439717725742, 0.000548268855972218),
        (-2.366759410734541, 0.0307571239675865),
        (-1.154405394739968, 0.240123178605013),
        (0, 0.457142857142857),
        (1.154405394739968, 0.240123178605013),
        (2.366759410734541, 0.0307571239675865),
        (3.750439717725742, 0.000548268855972218),
    ];

    /// <summary>Rows of both gamed baselines; the masses of an instruction add up to <paramref name="rowWeight"/> for each.</summary>
    /// <param name="lengths">Characters of the baseline's answers.</param>
    /// <param name="difficulties">Difficulties of the same instructions.</param>
    /// <param name="rowWeight">Weight of one row.</param>
    public static IEnumerable<FeatureRow> Rows(IReadOnlyList<int> lengths, IReadOnlyList<double> difficulties, double rowWeight) =>
        Concise(lengths, difficulties, rowWeight).Concat(Verbose(lengths, difficulties, rowWeight));

    /// <summary>Rows of the concise baseline.</summary>
    /// <inheritdoc cref="Rows"/>
    public static IEnumerable<FeatureRow> Concise(IReadOnlyList<int> lengths, IReadOnlyList<double> difficulties, double rowWeight) =>
        Modelled(s_concise, lengths, difficulties, rowWeight);

    /// <summary>Rows of the verbose baseline.</summary>
    /// <inheritdoc cref="Rows"/>
    public static IEnumerable<FeatureRow> Verbose(IReadOnlyList<int> lengths, IReadOnlyList<double> difficulties, double rowWeight) =>
        Modelled(s_verbose, lengths, difficulties, rowWeight);

    private static List<FeatureRow> Modelled(GamedBaseline gamed, IReadOnlyList<int> lengths, IReadOnlyList<double> difficulties, double rowWeight)
    {
        var relative = lengths.Select(length => s_normal.Select(z => Math.Pow(length, gamed.Exponent) * Math.Exp(gamed.Spread * z.Node)).ToArray()).ToArray();
        var scale = gamed.MeanLength / relative.Average(Mean);
        var differences = relative.Select((row, i) => row.Select(length => lengths[i] - (scale * length)).ToArray()).ToArray();
        var mean = differences.Average(Mean);
        var variance = differences.Sum(row => Mean([.. row.Select(difference => (difference - mean) * (difference - mean))])) / (lengths.Count - 1);
        var deviation = Math.Sqrt(variance);
        var rows = new List<FeatureRow>(lengths.Count * s_normal.Length);
        for (var i = 0; i < lengths.Count; i++)
        {
            for (var k = 0; k < s_normal.Length; k++)
            {
                rows.Add(new FeatureRow(Math.Tanh(differences[i][k] / deviation), difficulties[i], 0, rowWeight * s_normal[k].Weight));
            }
        }

        return rows;
    }

    private static double Mean(double[] atNodes)
    {
        var sum = 0.0;
        for (var k = 0; k < s_normal.Length; k++)
        {
            sum += s_normal[k].Weight * atNodes[k];
        }

        return sum;
    }

    private sealed record GamedBaseline(double MeanLength, double Exponent, double Spread);
}
