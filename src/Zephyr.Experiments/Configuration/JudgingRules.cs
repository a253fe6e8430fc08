using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Judging.MtBench;

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
            Models(settings, bench.Models, bench.Folders, "mt_bench", refuse);
            refuse(bench.Judge is null, "mt_bench.judge", "is missing: name the model that judges");
            foreach (var (key, grader) in new[] { ("judge", bench.Judge), ("second_judge", bench.SecondJudge) })
            {
                if (grader is { IsFolder: false })
                {
                    EndpointRules.Check(grader, isFolder: false, $"mt_bench.{key}", refuse);
                }
            }

            SecondJudge(bench, "mt_bench.", refuse);
        }

        if (settings.AlpacaEval is { } alpaca)
        {
            Models(settings, alpaca.Models, alpaca.Folders, "alpaca_eval", refuse);
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

    /// <summary>Checks that two judges can be told apart.</summary>
    /// <param name="options">The benchmark.</param>
    /// <param name="prefix">What stands before the settings.</param>
    /// <param name="refuse">Takes whether something is wrong, the setting, and what.</param>
    public static void SecondJudge(MtBenchOptions options, string prefix, Action<bool, string, string> refuse)
    {
        refuse(options.SecondJudge is not null && options.Judge is null, $"{prefix}second_judge", "has no meaning without a judge");
        refuse(
            options is { Judge: { IsNamed: true } first, SecondJudge: { IsNamed: true } second } && FileNames.Of(first.Name) == FileNames.Of(second.Name),
            $"{prefix}second_judge", "has the name of the first judge in files: give another model, or a folder with another name");
    }

    private static void Models(
        ExperimentSettings settings, IReadOnlyList<JudgedModel> models, IReadOnlyList<JudgedFolder> folders, string section, Action<bool, string, string> refuse)
    {
        refuse(models.Count + folders.Count == 0, $"{section}.models", "is empty: name the models that are judged, or leave it out");
        var names = models.Select(JudgedModels.Label).Concat(folders.Select(static folder => folder.Name)).ToList();
        refuse(folders.Count > 0 && names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Count, $"{section}.folders", "has a name that another model has");
        foreach (var folder in folders.Where(static folder => folder.Folder.Length > 0))
        {
            refuse(!Directory.Exists(folder.Folder), $"{section}.folders", $"names {folder.Name}, and there is no folder {folder.Folder}");
        }

        refuse(models.Distinct().Count() < models.Count, $"{section}.models", "names a model twice");
        refuse(models.Contains(JudgedModel.Dsft2) && settings.Dsft2 is null, $"{section}.models", "has dsft2, and the experiment has no section dsft2");
        refuse(models.Contains(JudgedModel.DdpoWithoutDsft) && !settings.Ddpo.WithoutDsft, $"{section}.models", "has ddpo_without_dsft, and ddpo.without_dsft is false");
    }
}
