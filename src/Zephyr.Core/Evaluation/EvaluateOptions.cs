using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Evaluation;

/// <summary>Evaluation of the trained models (section <c>evaluate</c>).</summary>
public sealed record EvaluateOptions
{
    /// <summary>Who scores the answers.</summary>
    [Description("judge: `rubric` scores answers in the synthetic world; `none` for preference figures alone")]
    public JudgeKind Judge { get; init; } = JudgeKind.Rubric;

    /// <summary>Held-out prompts to answer; 0 takes all.</summary>
    [Description("held-out prompts to answer; 0 takes all")]
    [Range(0, 10000000)]
    public int Prompts { get; init; }

    /// <summary>Longest answer in tokens.</summary>
    [Description("longest answer in tokens")]
    [Range(1, 1048576)]
    public int MaxNewTokens { get; init; } = 96;

    /// <summary>Prompts generated side by side.</summary>
    [Description("prompts generated side by side")]
    [Range(1, 65536)]
    public int BatchSize { get; init; } = 64;
}

/// <summary>Judges built in.</summary>
public enum JudgeKind
{
    /// <summary>The rubric of the synthetic world.</summary>
    Rubric,

    /// <summary>No judge: losses and preference figures only.</summary>
    None,
}
