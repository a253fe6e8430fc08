using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Data;
using Zephyr.Core.Feedback;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Feedback;

/// <summary>Preference data from teachers and a judge (section <c>feedback</c>), after UltraFeedback (arXiv 2310.01377).</summary>
public sealed record FeedbackOptions
{
    /// <summary>Sources of prompts.</summary>
    [Description("sources of prompts: rows with prompt or instruction, or conversations without their last answer; when empty, the prompts of the world or of data.sft")]
    public IReadOnlyList<DataFileOptions> Prompts { get; init; } = [];

    /// <summary>How many prompts are taken.</summary>
    [Description("prompts to take, chosen by the seed; 0 takes all")]
    [Range(0, 100000000)]
    public int Sample { get; init; }

    /// <summary>Longest prompt.</summary>
    [Description("longest prompt in characters; longer ones are dropped and counted; 0 for no limit")]
    [Range(0, 10000000)]
    public int MaxPromptCharacters { get; init; }

    /// <summary>Models that answer.</summary>
    [Description("models that answer the prompts")]
    public IReadOnlyList<TeacherOptions> Teachers { get; init; } = [];

    /// <summary>Answers to each prompt.</summary>
    [Description("answers to each prompt, from different teachers as far as there are enough, else under different principles")]
    [Range(2, 16)]
    public int Completions { get; init; } = 4;

    /// <summary>What happens to answers that reached their longest length.</summary>
    [Description("answers that reached max_tokens: drop them (and count them), or keep them")]
    public TruncatedAnswers Truncated { get; init; } = TruncatedAnswers.Drop;

    /// <summary>Who rates the answers.</summary>
    [Description("who rates the answers")]
    public JudgeOptions Judge { get; init; } = new();

    /// <summary>How rated answers become pairs.</summary>
    [Description("how rated answers become pairs")]
    public PairingOptions Pairing { get; init; } = new();

    /// <summary>What dSFT learns from.</summary>
    [Description("what dSFT learns from: best, the best answer to each prompt, or data, the conversations of the section data")]
    public SftSource Sft { get; init; } = SftSource.Best;

    /// <summary>What may be spent.</summary>
    [Description("most that the answers of this stage may cost in all, those of earlier runs included, in the currency of the prices; null for no limit")]
    [Range(0.0, 1e9)]
    [Core.ExecutionSetting]
    public double? Budget { get; init; }
}

/// <summary>A model that answers prompts.</summary>
public sealed record TeacherOptions : EndpointOptions
{
    /// <summary>Its name in the output.</summary>
    [Description("name of the teacher in the output, unique")]
    [Required]
    public string Name { get; init; } = "";

    /// <summary>How it is asked.</summary>
    [Description("openai (any endpoint that speaks OpenAI's protocol), folder (a model folder, in process), or simulated (a teacher of the synthetic world)")]
    public TeacherKind Kind { get; init; } = TeacherKind.Openai;

    /// <summary>The principles it may be given.</summary>
    [Description("principles it may be given, one for each answer by the seed; [none] sends prompts as they are")]
    public IReadOnlyList<Principle> Principles { get; init; } =
        [Principle.Helpfulness, Principle.Truthfulness, Principle.Honesty, Principle.VerbalizedUncertainty];
}

/// <summary>Kinds of teachers.</summary>
public enum TeacherKind
{
    /// <summary>An endpoint that speaks OpenAI's protocol.</summary>
    Openai,

    /// <summary>A model folder, in process.</summary>
    Folder,

    /// <summary>A simulated teacher of the synthetic world.</summary>
    Simulated,
}

/// <summary>Who rates answers.</summary>
public sealed record JudgeOptions : EndpointOptions
{
    /// <summary>Makes a judge that gives its likeliest rating, as UltraFeedback's did.</summary>
    public JudgeOptions() => Temperature = 0;

    /// <summary>How it is asked.</summary>
    [Description("openai (any endpoint that speaks OpenAI's protocol), folder (a model folder, in process), or rubric (the rules of the synthetic world)")]
    public FeedbackJudge Kind { get; init; } = FeedbackJudge.Openai;

    /// <summary>Tries to get a rating in the form asked for.</summary>
    [Description("how often an answer is put to the judge until its reply can be read; after that the answer is dropped and counted")]
    [Range(1, 10)]
    public int Attempts { get; init; } = 3;
}

/// <summary>Kinds of judges.</summary>
public enum FeedbackJudge
{
    /// <summary>An endpoint that speaks OpenAI's protocol.</summary>
    Openai,

    /// <summary>A model folder, in process.</summary>
    Folder,

    /// <summary>The rules of the synthetic world.</summary>
    Rubric,
}

/// <summary>What happens to answers that reached their longest length.</summary>
public enum TruncatedAnswers
{
    /// <summary>They are left out and counted.</summary>
    Drop,

    /// <summary>They are rated as they are, and counted.</summary>
    Keep,
}

/// <summary>What dSFT learns from.</summary>
public enum SftSource
{
    /// <summary>The best answer to each prompt.</summary>
    Best,

    /// <summary>The conversations of the section <c>data</c>.</summary>
    Data,
}
