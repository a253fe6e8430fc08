namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// Minimizes |w|_1 + C * loss(w), what liblinear's L1-regularized logistic regression (solver 6) minimizes, by its method: Newton steps
/// whose quadratic model with the L1 term is solved by coordinate descent, with a line search (Yuan, Ho and Lin 2012). liblinear stops at
/// a tolerance of 1e-4 or so; this goes on until a step is below 1e-10, so the two agree to liblinear's tolerance.
/// </summary>
internal static class L1LogisticRegression
{
    private const int MaxSteps = 100;
    private const int MaxSweeps = 1000;
    private const int MaxHalvings = 60;
    private const double StepTolerance = 1e-10;
    private const double SweepTolerance = 1e-13;
    private const double EnoughDecrease = 0.01;

    /// <summary>Changes of the loss below this share are rounding; without it the last steps before the minimum would be refused.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Keeps the quadratic model strictly convex where a feature is 0 in every row.</summary>
    private const double Damping = 1e-12;

    /// <summary>The coefficients with the smallest penalized loss.</summary>
    /// <param name="problem">The loss.</param>
    /// <param name="c">C, the inverse of the regularization.</param>
    /// <param name="start">Where to begin; the result does not depend on it but for its last digits.</param>
    /// <exception cref="ZephyrException">The numbers are so large that the search does not end.</exception>
    public static Coefficients Fit(LogisticProblem problem, double c, Coefficients start = default)
    {
        var penalty = 1 / c;
        var w = start;
        var point = problem.At(w);
        for (var i = 0; i < MaxSteps; i++)
        {
            var step = Step(point, w, penalty);
            if (step.Max(Math.Abs) < StepTolerance)
            {
                return w;
            }

            var expected = (point.Gradient[0] * step[0]) + (point.Gradient[1] * step[1]) + (point.Gradient[2] * step[2])
                + (penalty * (w.Moved(step, 1).Magnitude - w.Magnitude));
            var before = point.Value + (penalty * w.Magnitude);
            (w, point) = Search(problem, w, step, penalty, before, expected) ?? throw NotConverged(c);
        }

        throw NotConverged(c);
    }

    private static ZephyrException NotConverged(double c) =>
        new($"The length-controlled regression does not converge at C = {c}; check the instruction difficulties and the statistics of the gamed baselines for numbers out of range.");

    private static (Coefficients W, LogisticPoint Point)? Search(
        LogisticProblem problem, Coefficients w, double[] step, double penalty, double before, double expected)
    {
        var rounding = Rounding * (1 + Math.Abs(before));
        var scale = 1.0;
        for (var i = 0; i < MaxHalvings; i++, scale /= 2)
        {
            var moved = w.Moved(step, scale);
            var point = problem.At(moved);
            if (point.Value + (penalty * moved.Magnitude) - before <= (EnoughDecrease * scale * expected) + rounding)
            {
                return (moved, point);
            }
        }

        return null;
    }

    /// <summary>Coordinate descent on gradient * s + s Hessian s / 2 + penalty * |w + s|_1.</summary>
    private static double[] Step(LogisticPoint point, Coefficients w, double penalty)
    {
        double[] current = [w.Length, w.Difficulty, w.Model];
        var step = new double[current.Length];
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var largest = 0.0;
            for (var j = 0; j < step.Length; j++)
            {
                var row = point.Hessian[j];
                var slope = point.Gradient[j] + (row[0] * step[0]) + (row[1] * step[1]) + (row[2] * step[2]);
                var curve = row[j] + Damping;
                var value = current[j] + step[j];
                var free = value - (slope / curve);
                var shrunk = Math.CopySign(Math.Max(Math.Abs(free) - (penalty / curve), 0), free);
                largest = Math.Max(largest, Math.Abs(shrunk - value));
                step[j] += shrunk - value;
            }

            if (largest < SweepTolerance)
            {
                break;
            }
        }

        return step;
    }
}
