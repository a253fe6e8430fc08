namespace Zephyr.Experiments.Reporting;

/// <summary>A row of the paper's Table 3.</summary>
/// <param name="Name">Name in the paper.</param>
/// <param name="MtBench">MT-Bench, 1 to 10.</param>
/// <param name="AlpacaEval">AlpacaEval win rate in per cent.</param>
/// <param name="Model">Our model of that kind (see <see cref="Zephyr.Core.Evaluation.ModelNames"/>); null when we have none.</param>
public sealed record PublishedRow(string Name, double MtBench, double AlpacaEval, string? Model);

/// <summary>Figures published for Zephyr-7B, to stand beside ours: arXiv 2310.16944 and the alignment handbook's model cards.</summary>
public static class PublishedFigures
{
    /// <summary>Table 3 of the paper: what each step adds.</summary>
    public static IReadOnlyList<PublishedRow> Table3 { get; } =
    [
        new("dDPO without dSFT", 4.76, 30.76, Zephyr.Core.Evaluation.ModelNames.DdpoWithoutDsft),
        new("dSFT-1", 6.64, 85.65, Zephyr.Core.Evaluation.ModelNames.Dsft),
        new("dSFT-2", 6.19, 78.54, Zephyr.Core.Evaluation.ModelNames.Dsft2),
        new("dDPO + dSFT", 7.00, 86.07, Zephyr.Core.Evaluation.ModelNames.Ddpo),
    ];

    /// <summary>MT-Bench of published models: name, turn 1, turn 2 where they were published apart, average.</summary>
    public static IReadOnlyList<(string Name, double? Turn1, double? Turn2, double Average)> MtBench { get; } =
    [
        ("zephyr-7b-beta", null, null, 7.34),
        ("zephyr-7b-dpo-full", 7.8125, 7.3228, 7.569),
    ];

    /// <summary>AlpacaEval of the published model: name with the version, baseline, win rate and length-controlled win rate in per cent.</summary>
    public static IReadOnlyList<(string Name, string Baseline, double WinRate, double LengthControlled)> AlpacaEval { get; } =
    [
        ("zephyr-7b-beta, 1.0", "text_davinci_003", 90.60, 76.29),
        ("zephyr-7b-beta, 2.0", "gpt4_turbo", 10.99, 13.20),
    ];

    /// <summary>Preference figures on held-out pairs: name, loss, accuracy, margin.</summary>
    public static IReadOnlyList<(string Name, string Loss, string Accuracy, string Margin)> Preferences { get; } =
    [
        ("zephyr-7b-dpo-full", "0.502 to 0.506", "75% to 79%", "0.95 to 1.00"),
        ("zephyr-7b-beta", "0.750", "78.1%", "3.80"),
    ];

    /// <summary>Evaluation loss of the published dSFT model.</summary>
    public const double DsftEvalLoss = 0.9353;

    /// <summary>Size of the published models.</summary>
    public const string Size = "7.24B parameters (Mistral-7B-v0.1)";

    /// <summary>What the published dSFT model was trained on.</summary>
    public const string DsftData = "207,865 conversations of UltraChat 200k";

    /// <summary>What the published dDPO model was trained on.</summary>
    public const string PreferenceData = "61,966 pairs of UltraFeedback, rated by GPT-4";

    /// <summary>Who judged, on which scale.</summary>
    public const string Judge = "GPT-4: MT-Bench from 1 to 10 on 80 questions, AlpacaEval as win rate on 805 instructions";

    /// <summary>Whom the win rate is against.</summary>
    public const string Opponent = "text-davinci-003";

    /// <summary>Beta of the published runs.</summary>
    public const string Beta = "0.1 (zephyr-7b-beta), 0.01 (zephyr-7b-dpo-full)";
}
