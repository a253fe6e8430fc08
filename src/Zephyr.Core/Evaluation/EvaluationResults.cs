namespace Zephyr.Core.Evaluation;

/// <summary>Names of the models an evaluation compares, in the order of the result table.</summary>
public static class ModelNames
{
    /// <summary>The base model, before any alignment.</summary>
    public const string Base = "base";

    /// <summary>After distilled supervised fine-tuning.</summary>
    public const string Dsft = "dsft";

    /// <summary>After dSFT and a second round of it on the chosen answers of the preference pairs (dSFT-2 of the paper's Table 3).</summary>
    public const string Dsft2 = "dsft2";

    /// <summary>After dSFT and distilled direct preference optimisation.</summary>
    public const string Ddpo = "ddpo";

    /// <summary>Direct preference optimisation straight from the base model (the paper's Table 3 ablation).</summary>
    public const string DdpoWithoutDsft = "ddpo_without_dsft";

    /// <summary>The reference answers written by the world itself.</summary>
    public const string Reference = "reference";
}

/// <summary>All figures of the evaluate stage; the content of <c>evaluation.json</c>, read by the report and the result table.</summary>
/// <param name="Judge">Who scored the answers: <c>rubric</c> or <c>none</c>.</param>
/// <param name="Prompts">Held-out prompts answered; 0 without a judge.</param>
/// <param name="Pairs">Held-out preference pairs scored.</param>
/// <param name="MaxNewTokens">Token limit of an answer.</param>
/// <param name="Beta">Beta used for the rewards.</param>
/// <param name="Models">One entry per model, in table order.</param>
/// <param name="ReferenceScore">Judge score of the reference answers; null without a judge.</param>
/// <param name="Examples">A few prompts with every model's answer, for the report; empty without a judge.</param>
public sealed record EvaluationResults(
    string Judge,
    int Prompts,
    int Pairs,
    int MaxNewTokens,
    double Beta,
    IReadOnlyList<ModelResult> Models,
    ScoreEstimate? ReferenceScore,
    IReadOnlyList<JudgedAnswer> Examples);

/// <summary>The figures of one model. What does not apply is null: judge figures without a judge, a model's win rate against itself.</summary>
/// <param name="Name">One of <see cref="ModelNames"/>.</param>
/// <param name="JudgeScore">Overall judge score, 1 to 5, mean over prompts.</param>
/// <param name="Aspects">The four rubric aspects, each a mean over prompts.</param>
/// <param name="Skills">Judge score per skill, in skill order.</param>
/// <param name="WinRateAgainstDsft">Win rate against the dSFT model.</param>
/// <param name="WinRateAgainstReference">Win rate against the reference answers.</param>
/// <param name="Preferences">Ranking of held-out pairs.</param>
/// <param name="Lengths">Answer lengths.</param>
public sealed record ModelResult(
    string Name,
    ScoreEstimate? JudgeScore,
    AspectMeans? Aspects,
    IReadOnlyList<SkillResult> Skills,
    WinRate? WinRateAgainstDsft,
    WinRate? WinRateAgainstReference,
    PreferenceMetrics? Preferences,
    AnswerLengths? Lengths);

/// <summary>Mean rubric scores, each 1 to 5.</summary>
/// <param name="InstructionFollowing">Does it do what was asked, in the form asked for.</param>
/// <param name="Honesty">Does it claim no more than it knows.</param>
/// <param name="Truthfulness">Is what it says right.</param>
/// <param name="Helpfulness">Is it of use, neither padded nor curt.</param>
public sealed record AspectMeans(double InstructionFollowing, double Honesty, double Truthfulness, double Helpfulness);

/// <summary>Figures of one model on one skill.</summary>
/// <param name="Skill">Name of the skill.</param>
/// <param name="Prompts">Prompts of that skill.</param>
/// <param name="JudgeScore">Mean overall score, 1 to 5.</param>
/// <param name="WinRateAgainstDsft">Win rate against the dSFT model on these prompts; null for dSFT itself.</param>
public sealed record SkillResult(string Skill, int Prompts, double JudgeScore, WinRate? WinRateAgainstDsft);
