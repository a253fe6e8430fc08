using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

public sealed class L1LogisticRegressionTests
{
    [Theory]
    [InlineData(10, 0.75, 1)]
    [InlineData(4, 0.25, 0.5)]
    public void One_coefficient_has_its_closed_form(double c, double share, double mass)
    {
        // 40 rows of weight m with x = 1 and a mean outcome y: 40 m (p - y) + sign(w) / C = 0, so p = y - sign(w) / (40 m C), w = log(p / (1 - p)).
        var rows = Enumerable.Repeat(new FeatureRow(0, 0, 1, mass), 40).ToList();
        var w = L1LogisticRegression.Fit(new LogisticProblem(rows, new Coefficients(0, 0, 40 * mass * share)), c);

        var p = share - (Math.Sign(share - 0.5) / (40 * mass * c));
        w.Model.ShouldBe(Math.Log(p / (1 - p)), 1e-9);
        (w.Length, w.Difficulty).ShouldBe((0, 0));
    }

    [Fact]
    public void Strong_regularization_gives_zeros()
    {
        // At w = 0 the derivative is 40 (0.5 - 0.75) = -10, and |w| costs 1 / C = 20.
        var rows = Enumerable.Repeat(new FeatureRow(0, 0, 1, 1), 40).ToList();
        L1LogisticRegression.Fit(new LogisticProblem(rows, new Coefficients(0, 0, 30)), 0.05).ShouldBe(default);
    }

    [Fact]
    public void Numbers_out_of_range_end_with_a_message() =>
        Should.Throw<ZephyrException>(() => L1LogisticRegression.Fit(new LogisticProblem([new FeatureRow(0, 1e300, 1, 1)], new Coefficients(0, 1e300, 1)), 1))
            .Message.ShouldContain("out of range");

    [Fact]
    public void The_derivatives_at_the_minimum_are_those_of_the_penalty()
    {
        var rows = Enumerable.Range(0, 60).Select(i => new FeatureRow(Math.Tanh((i % 7) - 3), (i % 11) - 5, 1, 1)).ToList();
        var sums = default(Coefficients);
        for (var i = 0; i < rows.Count; i++)
        {
            sums = sums.Moved([rows[i].Length, rows[i].Difficulty, rows[i].Model], (i * 37 % 100) / 100.0 < 0.3 ? 1 : 0.1);
        }

        var problem = new LogisticProblem(rows, sums);
        var w = L1LogisticRegression.Fit(problem, 2);
        var gradient = problem.At(w).Gradient;
        double[] coefficients = [w.Length, w.Difficulty, w.Model];
        for (var k = 0; k < coefficients.Length; k++)
        {
            if (coefficients[k] == 0)
            {
                Math.Abs(gradient[k]).ShouldBeLessThanOrEqualTo(0.5);
            }
            else
            {
                gradient[k].ShouldBe(-0.5 * Math.Sign(coefficients[k]), 1e-7);
            }
        }

        L1LogisticRegression.Fit(problem, 2, new Coefficients(5, -5, 5)).Model.ShouldBe(w.Model, 1e-8);
    }
}
