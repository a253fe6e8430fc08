using System.ComponentModel;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>AlpacaEval of an experiment's models (section <c>alpaca_eval</c>).</summary>
public sealed record AlpacaEvalSection : AlpacaEvalOptions
{
    /// <summary>The models.</summary>
    [Description("models that are judged: dsft, dsft2, ddpo, ddpo_without_dsft")]
    public IReadOnlyList<JudgedModel> Models { get; init; } = [JudgedModel.Dsft, JudgedModel.Ddpo];
}
