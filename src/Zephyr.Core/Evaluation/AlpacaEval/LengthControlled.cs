namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// AlpacaEval 2.0's length-controlled win rate (Dubois et al. 2024, arXiv 2404.04475; <c>glm_winrate.py</c> of tatsu-lab/alpaca_eval):
/// preference - 1 regressed without intercept on tanh(d / std(d)), where d is baseline minus model characters, on the fixed difficulty of
/// the instruction and on the model, with the rows of two gamed baselines beside them; then predicted as if all lengths were equal.
/// </summary>
/// <param name="WinRate">100 times the mean predicted preference at equal length.</param>
/// <param name="Coefficients">The regression's coefficients.</param>
/// <param name="C">Inverse of the L1 regularization.</param>
/// <param name="IsCPublished">Whether <paramref name="C"/> was given for this model by the statistics file, else cross-validated.</param>
public sealed record LengthControlled(double WinRate, Coefficients Coefficients, double C, bool IsCPublished)
{
    /// <summary>Fits and predicts.</summary>
    /// <param name="annotations">Annotations against gpt4_1106_preview, one for each instruction.</param>
    /// <param name="difficulties">Difficulty of each instruction, by index.</param>
    /// <param name="gamed">The gamed baselines.</param>
    /// <returns>The win rate.</returns>
    /// <exception cref="ZephyrException">The annotations are against another baseline, do not cover the instructions, or all lengths differ by the same.</exception>
    public static LengthControlled Of(IReadOnlyList<AlpacaAnnotation> annotations, IReadOnlyList<double> difficulties, GamedStatistics gamed)
    {
        ArgumentNullException.ThrowIfNull(annotations);
        ArgumentNullException.ThrowIfNull(difficulties);
        ArgumentNullException.ThrowIfNull(gamed);
        var rows = JudgedRows(annotations, difficulties);
        var gamedRows = GamedLengths.Rows(
            [.. annotations.Select(annotation => annotation.BaselineLength)],
            [.. annotations.Select(annotation => difficulties[annotation.Index])],
            gamed.RowWeight).ToList();
        var selection = new RegularizationChoice(rows, gamedRows, gamed);
        var published = gamed.PublishedC.TryGetValue(annotations[0].Model, out var c);
        if (!published)
        {
            c = selection.CrossValidate();
        }

        var fitted = L1LogisticRegression.Fit(selection.Whole, c);
        var sum = annotations.Sum(annotation => 1 / (1 + Math.Exp(-((fitted.Difficulty * difficulties[annotation.Index]) + fitted.Model))));
        return new LengthControlled(100 * sum / annotations.Count, fitted, c, published);
    }

    private static List<JudgedRow> JudgedRows(IReadOnlyList<AlpacaAnnotation> annotations, IReadOnlyList<double> difficulties)
    {
        if (annotations[0].Baseline != GamedLengths.Baseline)
        {
            throw new ZephyrException($"The length-controlled win rate is defined against {GamedLengths.Baseline}, but these annotations are against {annotations[0].Baseline}; leave --instruction-difficulty and --gamed-statistics away.");
        }

        if (annotations.Count != difficulties.Count || annotations.Select(annotation => annotation.Index).Distinct().Count() != annotations.Count
            || annotations.Any(annotation => annotation.Index >= difficulties.Count))
        {
            throw new ZephyrException($"There are {annotations.Count} annotations and difficulties of {difficulties.Count} instructions, but each instruction must be annotated once; give all of them, in the order of the evaluation set or with an 'index'.");
        }

        double[] differences = [.. annotations.Select(annotation => (double)annotation.BaselineLength - annotation.ModelLength)];
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / (differences.Length - 1));
        if (!(deviation > 0))
        {
            throw new ZephyrException("All answers differ from the baseline's by the same number of characters, so nothing can be said about length; check the outputs in the annotations.");
        }

        return [.. annotations.Select((annotation, i) => (annotation, i)).Where(pair => pair.annotation.Preference is not null)
            .Select(pair => new JudgedRow(
                new FeatureRow(Math.Tanh(differences[pair.i] / deviation), difficulties[pair.annotation.Index], 1, 1),
                pair.annotation.Preference!.Value - 1))];
    }
}
