using System.ComponentModel;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>MT-Bench of an experiment's models (section <c>mt_bench</c>).</summary>
public sealed record MtBenchSection : MtBenchOptions
{
    /// <summary>The models.</summary>
    [Description("models that are judged: dsft, dsft2, ddpo, ddpo_without_dsft")]
    public IReadOnlyList<JudgedModel> Models { get; init; } = [JudgedModel.Dsft, JudgedModel.Ddpo];

    /// <summary>Other models.</summary>
    [Description("other models that are judged: folders in Hugging Face format with a chat template, each under a name of its own")]
    public IReadOnlyList<JudgedFolder> Folders { get; init; } = [];
}
