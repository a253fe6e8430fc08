using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>How MT-Bench is answered and judged (section <c>mt_bench</c>).</summary>
public record MtBenchOptions
{
    /// <summary>The questions.</summary>
    [Description("FastChat's question.jsonl, or a folder with it, and usually with judge_prompts.jsonl and reference_answer/ beside it")]
    [Required]
    [SettingPath]
    public string Questions { get; init; } = "";

    /// <summary>The prompts of the judge.</summary>
    [Description("FastChat's judge_prompts.jsonl; null for the one in the folder of questions")]
    [SettingPath]
    public string? JudgePrompts { get; init; }

    /// <summary>The reference answers.</summary>
    [Description("reference answers for math, reasoning and coding: a file, or a folder with one file, or one named after the judge; null for reference_answer in the folder of questions")]
    [SettingPath]
    public string? References { get; init; }

    /// <summary>Longest answer of the model that is judged.</summary>
    [Description("longest answer of the model in tokens")]
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 1024;

    /// <summary>Temperature of the model that is judged.</summary>
    [Description("temperature of every answer; null for what a question asks for, else FastChat's for its category: 0.7 writing and roleplay, 0.1 stem and humanities, 0 the others")]
    [Range(0.0, 10.0)]
    public double? Temperature { get; init; }

    /// <summary>Share of the probability that answers are sampled from.</summary>
    [Description("share of the probability that the model's answers are sampled from; null sends none")]
    [Range(0.000001, 1.0)]
    public double? TopP { get; init; }

    /// <summary>Who judges.</summary>
    [Description("who judges")]
    public GraderOptions? Judge { get; init; }

    /// <summary>Another judge of the same answers.</summary>
    [Description("another judge of the same answers, to see how far the two agree; the figures stay the first one's")]
    public GraderOptions? SecondJudge { get; init; }

    /// <summary>Judgments of each turn.</summary>
    [Description("how often each turn is judged; more than once tells how far the judge's ratings vary")]
    [Range(1, 100)]
    public int Repeat { get; init; } = 1;

    /// <summary>What may be spent.</summary>
    [Description("most that all answers and judgments may cost, those of earlier runs included, in the currency of the prices; null for no limit")]
    [Range(0.0, 1e9)]
    [ExecutionSetting]
    public double? Budget { get; init; }
}
