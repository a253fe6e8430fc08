using System.Runtime.InteropServices;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>A row of features with its weight in the likelihood.</summary>
/// <param name="Length">tanh of the standardized length difference.</param>
/// <param name="Difficulty">Difficulty of the instruction.</param>
/// <param name="Model">1 for the model under test, 0 for a gamed baseline.</param>
/// <param name="Mass">Weight.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FeatureRow(double Length, double Difficulty, double Model, double Mass);

/// <summary>
/// The negative log likelihood of weighted logistic regression without intercept, sum of mass * (log(1 + exp(x w)) - y x w), where the
/// judgments y enter through the sums of mass * y * x alone.
/// </summary>
/// <param name="rows">Rows of features.</param>
/// <param name="judged">The sums of mass * y * x, one for each of the three features.</param>
internal sealed class LogisticProblem(IReadOnlyList<FeatureRow> rows, Coefficients judged)
{
    /// <summary>Value, gradient and Hessian at some coefficients.</summary>
    public LogisticPoint At(Coefficients w)
    {
        var value = -((judged.Length * w.Length) + (judged.Difficulty * w.Difficulty) + (judged.Model * w.Model));
        double g0 = -judged.Length, g1 = -judged.Difficulty, g2 = -judged.Model;
        double h00 = 0, h01 = 0, h02 = 0, h11 = 0, h12 = 0, h22 = 0;
        foreach (var (length, difficulty, model, mass) in rows)
        {
            var eta = (w.Length * length) + (w.Difficulty * difficulty) + (w.Model * model);
            var small = Math.Exp(-Math.Abs(eta));
            var probability = (eta >= 0 ? 1 : small) / (1 + small);
            value += mass * (Math.Max(eta, 0) + Math.Log(1 + small));
            var slope = mass * probability;
            g0 += slope * length;
            g1 += slope * difficulty;
            g2 += slope * model;
            var curve = slope * (1 - probability);
            h00 += curve * length * length;
            h01 += curve * length * difficulty;
            h02 += curve * length * model;
            h11 += curve * difficulty * difficulty;
            h12 += curve * difficulty * model;
            h22 += curve * model * model;
        }

        return new LogisticPoint(value, [g0, g1, g2], [[h00, h01, h02], [h01, h11, h12], [h02, h12, h22]]);
    }
}

/// <summary>A problem's value and derivatives at one point.</summary>
/// <param name="Value">Negative log likelihood.</param>
/// <param name="Gradient">First derivatives, 3.</param>
/// <param name="Hessian">Second derivatives, 3 by 3.</param>
internal sealed record LogisticPoint(double Value, double[] Gradient, double[][] Hessian);
