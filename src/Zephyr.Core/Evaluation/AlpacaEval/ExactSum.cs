namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Neumaier's compensated sum: the order of the rows does not change a printed figure.</summary>
internal static class ExactSum
{
    /// <summary>The sum, rounded about once.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        double sum = 0, lost = 0;
        foreach (var value in values)
        {
            var next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return sum + lost;
    }
}
