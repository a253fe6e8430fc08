using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.AlpacaEval;

namespace Zephyr.Experiments.Configuration;

/// <summary>Rules between the settings of the judged benchmarks.</summary>
internal static class JudgingRules
{
    /// <summary>Checks the sections, if there are any.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what.</param>
    public static void Check(ExperimentSettings settings, Action<bool, string, string> refuse)
    {
        if (settings.MtBench is { } bench)
        {
            Models(settings, bench.Models, "mt_bench", refuse);
            refuse(bench.Judge is null, "mt_bench.judge", "is missing: name the model that judges");
            if (bench.Judge is { IsFolder: false } judge)
            {
                EndpointRules.Check(judge, isFolder: false, "mt_bench.judge", refuse);
            }
        }

        if (settings.AlpacaEval is { } alpaca)
        {
            Models(settings, alpaca.Models, "alpaca_eval", refuse);
            refuse(alpaca.Evaluators is null, "alpaca_eval.evaluators", "is missing: name alpaca_eval's folder of evaluators");
            refuse(alpaca.Evaluator is null, "alpaca_eval.evaluator", "is missing: name the evaluator, such as weighted_alpaca_eval_gpt4_turbo");
            refuse(alpaca.InstructionDifficulty is null != alpaca.GamedStatistics is null, "alpaca_eval.gamed_statistics", "belongs to alpaca_eval.instruction_difficulty: the length-controlled win rate needs both");
            if ((alpaca.Judge ?? new AnnotatorOptions()) is { IsFolder: false } judge)
            {
                // Where the judge is not named the evaluator names it.
                EndpointRules.Check(judge.Model.Length > 0 ? judge : judge with { Model = "of the evaluator" }, isFolder: false, "alpaca_eval.judge", refuse);
            }
        }
    }

    private static void Models(ExperimentSettings settings, IReadOnlyList<JudgedModel> models, string section, Action<bool, string, string> refuse)
    {
        refuse(models.Count == 0, $"{section}.models", "is empty: name the models that are judged, or leave it out");
        refuse(models.Distinct().Count() < models.Count, $"{section}.models", "names a model twice");
        refuse(models.Contains(JudgedModel.Dsft2) && settings.Dsft2 is null, $"{section}.models", "has dsft2, and the experiment has no section dsft2");
        refuse(models.Contains(JudgedModel.DdpoWithoutDsft) && !settings.Ddpo.WithoutDsft, $"{section}.models", "has ddpo_without_dsft, and ddpo.without_dsft is false");
    }
}
