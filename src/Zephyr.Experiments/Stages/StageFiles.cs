using Zephyr.Core.World;

namespace Zephyr.Experiments.Stages;

/// <summary>Names of the stages and of the files they hand to each other.</summary>
internal static class StageFiles
{
    /// <summary>Makes or fetches the base model and the raw data.</summary>
    public const string Download = "download";

    /// <summary>Preferences from teachers and a judge; only where it is asked for.</summary>
    public const string Feedback = "feedback";

    /// <summary>Learns or copies the tokenizer and turns texts into token rows.</summary>
    public const string Tokenize = "tokenize";

    /// <summary>Distilled supervised fine-tuning.</summary>
    public const string Dsft = "dsft";

    /// <summary>Supervised fine-tuning of the dSFT model on the chosen answers; only where it is asked for.</summary>
    public const string Dsft2 = "dsft2";

    /// <summary>Reference log-probabilities.</summary>
    public const string Reference = "reference";

    /// <summary>Distilled direct preference optimisation.</summary>
    public const string Ddpo = "ddpo";

    /// <summary>Scores of every model.</summary>
    public const string Evaluate = "evaluate";

    /// <summary>MT-Bench of the trained models; only where it is asked for. Also the name of its section.</summary>
    public const string MtBench = "mt_bench";

    /// <summary>AlpacaEval of the trained models; only where it is asked for. Also the name of its section.</summary>
    public const string AlpacaEval = "alpaca_eval";

    /// <summary>The report.</summary>
    public const string Report = "report";

    /// <summary>Folder of the base model, in <see cref="Download"/>.</summary>
    public const string BaseModel = "base";

    /// <summary>Folder of a tokenizer that was fetched by itself, in <see cref="Download"/>.</summary>
    public const string SourceTokenizer = "tokenizer";

    /// <summary>Every prompt with its answers and ratings as raw UltraFeedback, in <see cref="Feedback"/>.</summary>
    public const string Ratings = "ultrafeedback.jsonl";

    /// <summary>Folder of the raw data, in <see cref="Download"/> and <see cref="Feedback"/>, whose files take the place of the others; file names as in <see cref="WorldFiles"/>.</summary>
    public const string Data = "data";

    /// <summary>Folder of the tokenizer, in <see cref="Tokenize"/>.</summary>
    public const string Tokenizer = "tokenizer";

    /// <summary>Tokenised dSFT conversations, in <see cref="Tokenize"/>.</summary>
    public const string SftRows = "sft.tokens";

    /// <summary>Tokenised held-out conversations, in <see cref="Tokenize"/>.</summary>
    public const string HeldOutSftRows = "heldout_sft.tokens";

    /// <summary>Tokenised preference pairs, in <see cref="Tokenize"/>.</summary>
    public const string PreferenceRows = "preferences.tokens";

    /// <summary>Tokenised held-out preference pairs, in <see cref="Tokenize"/>.</summary>
    public const string HeldOutPreferenceRows = "heldout_preferences.tokens";

    /// <summary>Where each held-out pair comes from, a JSON text or null a line in the order of <see cref="HeldOutPreferenceRows"/>, in <see cref="Tokenize"/>.</summary>
    public const string HeldOutSources = "heldout_preferences.sources.jsonl";

    /// <summary>Folder of a trained model, in <see cref="Dsft"/>, <see cref="Dsft2"/> and <see cref="Ddpo"/>.</summary>
    public const string Model = "model";

    /// <summary>Folder of the model of the ablation, in <see cref="Ddpo"/>.</summary>
    public const string ModelWithoutDsft = "model-without-dsft";

    /// <summary>Folder of the trained adapter in PEFT's format, in <see cref="Dsft"/> and <see cref="Ddpo"/>, when there is one.</summary>
    public const string Adapter = "adapter";

    /// <summary>Folder of the adapter of the ablation, in <see cref="Ddpo"/>, when there is one.</summary>
    public const string AdapterWithoutDsft = "adapter-without-dsft";

    /// <summary>Metrics of every training step, in <see cref="Dsft"/> and <see cref="Ddpo"/>.</summary>
    public const string Curve = "curve.jsonl";

    /// <summary>Metrics of every step of the ablation, in <see cref="Ddpo"/>.</summary>
    public const string CurveWithoutDsft = "curve-without-dsft.jsonl";

    /// <summary>Figures on held-out rows after training, in <see cref="Dsft"/> and <see cref="Ddpo"/>.</summary>
    public const string HeldOutFigures = "heldout.json";

    /// <summary>Log-probabilities of the training pairs, in <see cref="Reference"/>, one file a starting model.</summary>
    /// <param name="arm">Which starting model.</param>
    public static string TrainLogProbs(Arm arm) => $"{arm.Name}-train.safetensors";

    /// <summary>Log-probabilities of the held-out pairs, in <see cref="Reference"/>, one file a starting model.</summary>
    /// <param name="arm">Which starting model.</param>
    public static string HeldOutLogProbs(Arm arm) => $"{arm.Name}-heldout.safetensors";

    /// <summary>All figures, in <see cref="Evaluate"/>.</summary>
    public const string Evaluation = "evaluation.json";

    /// <summary>Every answer with its score, in <see cref="Evaluate"/>.</summary>
    public const string Answers = "answers.jsonl";

    /// <summary>Every held-out pair with the rewards of each trained model, in <see cref="Evaluate"/>.</summary>
    public const string Pairs = "pairs.jsonl";

    /// <summary>The report, in <see cref="Report"/>.</summary>
    public const string ReportHtml = "report.html";

    /// <summary>The result table as Markdown, in <see cref="Report"/>.</summary>
    public const string ReportMarkdown = "results.md";
}
