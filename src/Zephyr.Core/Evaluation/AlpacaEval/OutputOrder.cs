namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Which of two outputs the judge sees first: by chance, the same for the same instruction and seed, so that no side gains from its place.</summary>
public static class OutputOrder
{
    /// <summary>Whether the outputs change places, as alpaca_eval's <c>PairwiseAnnotator</c> decides it.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="seed">The seed; that of the leaderboards is 0.</param>
    /// <returns>True when the judge sees the second output first.</returns>
    public static bool IsSwitched(string instruction, ulong seed) => PythonChoice.Toss($"is_switched_outputs{instruction}{seed}");

    /// <summary>A preference between outputs in the order of the judge as one between them in their own order, and the other way round.</summary>
    /// <param name="preference">From 1 to 2.</param>
    /// <param name="isSwitched">Whether the outputs changed places.</param>
    /// <returns>From 1 to 2.</returns>
    public static double Unswitch(double preference, bool isSwitched) => isSwitched ? 3 - preference : preference;
}
