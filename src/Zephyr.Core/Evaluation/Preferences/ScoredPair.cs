namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>A preference pair as a model scores it.</summary>
/// <param name="Margin">Reward of the chosen answer minus that of the rejected one.</param>
/// <param name="ChosenLength">Length of the chosen answer; null where it is not known.</param>
/// <param name="RejectedLength">Length of the rejected answer; null where it is not known.</param>
/// <param name="Source">Where the pair comes from; null where that is not known.</param>
public sealed record ScoredPair(double Margin, int? ChosenLength = null, int? RejectedLength = null, string? Source = null);

/// <summary>What the lengths of answers count.</summary>
public enum LengthUnit
{
    /// <summary>Tokens, the end token of an answer included.</summary>
    Tokens,

    /// <summary>Characters: Unicode code points.</summary>
    Characters,
}
