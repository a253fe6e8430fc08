namespace Zephyr.Core.Models;

/// <summary>How the projections of a frozen base are kept in 4 bits.</summary>
/// <param name="DoubleQuantization">Whether the blocks' scales are kept in 8 bits too.</param>
public sealed record Nf4Options(bool DoubleQuantization);
