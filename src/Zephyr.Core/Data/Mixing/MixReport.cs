namespace Zephyr.Core.Data.Mixing;

/// <summary>What became of the rows of a set's sources.</summary>
/// <param name="Train">Rows written for training.</param>
/// <param name="HeldOut">Rows written for evaluation.</param>
/// <param name="Truecased">Rows of which a text was changed by truecasing.</param>
/// <param name="Drops">Rows left out, by reason.</param>
public sealed record MixReport(int Train, int HeldOut, long Truecased, DropCounts Drops);
