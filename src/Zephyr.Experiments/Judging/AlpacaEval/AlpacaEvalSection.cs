using System.ComponentModel;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>AlpacaEval of an experiment's models (section <c>alpaca_eval</c>).</summary>
public sealed record AlpacaEvalSection : AlpacaEvalOptions
{
    /// <summary>The models.</summary>
    [Description("models that are judged: dsft, dsft2, ddpo, ddpo_without_dsft")]
    public IReadOnlyList<JudgedModel> Models { get; init; } = [JudgedModel.Dsft, JudgedModel.Ddpo];

    /// <summary>Other models.</summary>
    [Description("other models that are judged: folders in Hugging Face format with a chat template, each under a name of its own")]
    public IReadOnlyList<JudgedFolder> Folders { get; init; } = [];
}
