using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// Low-rank adapters in place of full training (sections <c>dsft.lora</c> and <c>ddpo.lora</c>; Hu et al. 2021, arXiv 2106.09685):
/// the base weights stay as they are, and a product of two thin matrices is trained beside each chosen projection.
/// </summary>
public sealed record LoraOptions
{
    /// <summary>Inner dimension r of the two matrices.</summary>
    [Description("inner dimension r of the two adapter matrices")]
    [Range(1, 65536)]
    public int Rank { get; init; } = 16;

    /// <summary>The adapter's output is multiplied by <c>alpha / rank</c>.</summary>
    [Description("the adapter's output is multiplied by alpha / rank")]
    [Range(1e-6, 1e6)]
    public double Alpha { get; init; } = 16;

    /// <summary>Share of the adapter's inputs set to zero in dSFT; dDPO takes none.</summary>
    [Description("share of the adapter's inputs set to zero in each dSFT step; must be 0 in ddpo, where policy and reference are scored alike")]
    [Range(0.0, 0.95)]
    public double Dropout { get; init; }

    /// <summary>Projections that get an adapter, in every layer.</summary>
    [Description("projections that get an adapter, in every layer")]
    public IReadOnlyList<LoraTarget> TargetModules { get; init; } = Enum.GetValues<LoraTarget>();
}

/// <summary>Projections of a decoder layer that can have an adapter.</summary>
public enum LoraTarget
{
    /// <summary>Attention queries.</summary>
    QProj,

    /// <summary>Attention keys.</summary>
    KProj,

    /// <summary>Attention values.</summary>
    VProj,

    /// <summary>Attention output.</summary>
    OProj,

    /// <summary>Gate of the feed-forward half.</summary>
    GateProj,

    /// <summary>The feed-forward half's way up.</summary>
    UpProj,

    /// <summary>The feed-forward half's way down.</summary>
    DownProj,
}

/// <summary>Names of <see cref="LoraTarget"/> in model and adapter files.</summary>
internal static class LoraTargets
{
    private static readonly string[] Names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>The module's own name, such as <c>q_proj</c>.</summary>
    public static string Name(LoraTarget target) => Names[(int)target];

    /// <summary>Finds a target by its module's own name.</summary>
    /// <returns>The target; null when no projection has this name.</returns>
    public static LoraTarget? Find(string? name) => Array.IndexOf(Names, name) is var index and >= 0 ? (LoraTarget)index : null;

    /// <summary>The projections of a model that some targets choose.</summary>
    /// <returns>The weights <c>[out, in]</c>, in the order of computation.</returns>
    public static IEnumerable<WeightShape> Weights(ModelConfiguration model, IReadOnlyCollection<LoraTarget> targets) =>
        WeightLayout.Tensors(model).Where(tensor => targets.Any(target => tensor.Name.EndsWith($".{Name(target)}.weight", StringComparison.Ordinal)));
}
