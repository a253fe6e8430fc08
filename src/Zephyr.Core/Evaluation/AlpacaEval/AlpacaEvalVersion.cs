namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Which leaderboard the annotations are for.</summary>
public enum AlpacaEvalVersion
{
    /// <summary>Against text_davinci_003; the judge ranks the two answers, so a preference is 1, 2, or 0 or 1.5 for a draw.</summary>
    One = 1,

    /// <summary>Against gpt4_1106_preview; a preference lies between 1 and 2, weighted by the judge's token probabilities.</summary>
    Two = 2,
}
