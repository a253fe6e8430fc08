using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>How AlpacaEval is answered and judged (section <c>alpaca_eval</c>).</summary>
public record AlpacaEvalOptions
{
    /// <summary>The baseline's answers.</summary>
    [Description("the baseline's answers in alpaca_eval's format; their instructions are those that the model answers")]
    [Required]
    [SettingPath]
    public string ReferenceOutputs { get; init; } = "";

    /// <summary>The folder of evaluators.</summary>
    [Description("folder of alpaca_eval's evaluators, each a folder with configs.yaml; prompts are found in it by the paths that configs.yaml names")]
    [SettingPath]
    public string? Evaluators { get; init; }

    /// <summary>The evaluator.</summary>
    [Description("which of the evaluators: alpaca_eval_gpt4 for version 1.0, weighted_alpaca_eval_gpt4_turbo for 2.0")]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]*", ErrorMessage = "the name of a folder, of letters, digits, dots, dashes and underscores")]
    public string? Evaluator { get; init; }

    /// <summary>Longest answer of the model that is judged.</summary>
    [Description("longest answer of the model in tokens")]
    [Range(1, 1048576)]
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Temperature of the model that is judged.</summary>
    [Description("temperature of the model's answers; null sends none")]
    [Range(0.0, 10.0)]
    public double? Temperature { get; init; } = 0.7;

    /// <summary>Share of the probability that answers are sampled from.</summary>
    [Description("share of the probability that the model's answers are sampled from; null sends none")]
    [Range(0.000001, 1.0)]
    public double? TopP { get; init; }

    /// <summary>Who judges.</summary>
    [Description("who judges; the model is the evaluator's where none is named. Temperature and longest reply are the evaluator's")]
    public AnnotatorOptions? Judge { get; init; }

    /// <summary>Whether every pair is judged in both orders.</summary>
    [Description("whether every pair is put to the judge in the other order too, to see how far its verdicts depend on the order; the win rate stays that of the first. Twice the judgments")]
    public bool BothOrders { get; init; }

    /// <summary>Difficulties of the instructions, for the length-controlled win rate.</summary>
    [Description("instruction_difficulty.csv, for the length-controlled win rate of version 2.0")]
    [SettingPath]
    public string? InstructionDifficulty { get; init; }

    /// <summary>Sums over the gamed baselines, for the length-controlled win rate.</summary>
    [Description("sums over the gamed baselines, for the length-controlled win rate of version 2.0")]
    [SettingPath]
    public string? GamedStatistics { get; init; }

    /// <summary>What may be spent.</summary>
    [Description("most that all answers and judgments may cost, those of earlier runs included, in the currency of the prices; null for no limit")]
    [Range(0.0, 1e9)]
    [ExecutionSetting]
    public double? Budget { get; init; }
}

/// <summary>The judge of AlpacaEval: a model at an endpoint, or with a folder one that answers in process.</summary>
public sealed record AnnotatorOptions : EndpointConnection
{
    /// <summary>Tries to get a preference.</summary>
    [Description("how often the judge is asked until its reply can be read; after that there is no preference, and that is counted")]
    [Range(1, 10)]
    public int Attempts { get; init; } = 3;

    /// <summary>Whether it answers in process.</summary>
    internal bool IsFolder => Folder is not null;
}
