namespace Zephyr.Core.Models.Adapters;

/// <summary>What an adapter is, as its <c>adapter_config.json</c> says it.</summary>
/// <param name="Rank">Inner dimension of the two matrices.</param>
/// <param name="Alpha">Numerator of the scale.</param>
/// <param name="Dropout">Share of the inputs that training set to zero; recorded.</param>
/// <param name="Targets">The projections that have an adapter, in every layer.</param>
/// <param name="RankStabilized">Whether the scale is <c>alpha / sqrt(rank)</c> (arXiv 2312.03732) and not <c>alpha / rank</c>.</param>
public sealed record AdapterConfiguration(
    int Rank, double Alpha, double Dropout, IReadOnlyList<LoraTarget> Targets, bool RankStabilized = false)
{
    /// <summary>Factor on the adapter's output.</summary>
    public double Scale => RankStabilized ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>The adapter that settings ask for.</summary>
    /// <param name="options">The settings.</param>
    /// <returns>The configuration, targets in the order of computation.</returns>
    public static AdapterConfiguration From(LoraOptions options) =>
        new(options.Rank, options.Alpha, options.Dropout, [.. options.TargetModules.Distinct().Order()]);
}
