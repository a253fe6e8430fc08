using System.Runtime.InteropServices;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>The three coefficients of AlpacaEval's length-controlled regression.</summary>
/// <param name="Length">Of tanh of the standardized length difference, baseline minus model.</param>
/// <param name="Difficulty">Of the difficulty of the instruction.</param>
/// <param name="Model">Of the model itself.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Coefficients(double Length, double Difficulty, double Model)
{
    /// <summary>Sum of the magnitudes.</summary>
    internal double Magnitude => Math.Abs(Length) + Math.Abs(Difficulty) + Math.Abs(Model);

    /// <summary>These coefficients, moved.</summary>
    internal Coefficients Moved(ReadOnlySpan<double> step, double scale) =>
        new(Length + (scale * step[0]), Difficulty + (scale * step[1]), Model + (scale * step[2]));
}
