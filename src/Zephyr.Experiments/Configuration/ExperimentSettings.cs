using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Training;
using Zephyr.Experiments.Feedback;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Judging.MtBench;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments.Configuration;

/// <summary>One experiment, as its YAML file says it: every key of the file is a property here, in snake_case.</summary>
public sealed record ExperimentSettings
{
    /// <summary>Name of the experiment and of its folder under <c>artifacts/experiments</c>.</summary>
    [Description("name of the experiment and of its folder under artifacts/experiments; the file's name when left out")]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", ErrorMessage = "at most 100 letters, digits, dots, dashes and underscores, the first of them a letter or digit")]
    public string Name { get; init; } = "";

    /// <summary>Seed of every random number; enters the fingerprint of every stage.</summary>
    [Description("seed of every random number")]
    public ulong Seed { get; init; } = 42;

    /// <summary>Whether hardware and libraries enter the fingerprints.</summary>
    [Description("standard: hardware and libraries are recorded; strict: they enter the fingerprints too, so a result made elsewhere is made again")]
    public Reproducibility Reproducibility { get; init; } = Reproducibility.Standard;

    /// <summary>The base model.</summary>
    [Description("where the base model comes from and its precision")]
    public ModelOptions Model { get; init; } = new();

    /// <summary>The tokenizer.</summary>
    [Description("tokenizer and chat format")]
    public TokenizerOptions Tokenizer { get; init; } = new();

    /// <summary>Where conversations and preferences come from.</summary>
    [Description("where conversations and preferences come from")]
    public DataOptions Data { get; init; } = new();

    /// <summary>Preference data from teachers and a judge; null leaves the stage out.</summary>
    [Description("preference data from teachers and a judge (AI feedback, after UltraFeedback); null takes the preferences of the section data")]
    public FeedbackOptions? Feedback { get; init; }

    /// <summary>How conversations become token rows.</summary>
    [Description("how conversations become token rows")]
    public TokenizeOptions Tokenize { get; init; } = new();

    /// <summary>Distilled supervised fine-tuning.</summary>
    [Description("distilled supervised fine-tuning")]
    public DsftOptions Dsft { get; init; } = new();

    /// <summary>A second round of supervised fine-tuning, on the chosen answers of the preference pairs; null leaves it out.</summary>
    [Description("second round of supervised fine-tuning, of the dSFT model on the chosen answers of the pairs (dSFT-2 of the paper's Table 3); null leaves it out")]
    public DsftOptions? Dsft2 { get; init; }

    /// <summary>Reference log-probabilities.</summary>
    [Description("reference log-probabilities")]
    public ReferenceOptions Reference { get; init; } = new();

    /// <summary>Distilled direct preference optimisation.</summary>
    [Description("distilled direct preference optimisation")]
    public DdpoOptions Ddpo { get; init; } = new();

    /// <summary>Evaluation of the trained models.</summary>
    [Description("evaluation of the trained models")]
    public EvaluateOptions Evaluate { get; init; } = new();

    /// <summary>MT-Bench of the trained models; null leaves the stage out.</summary>
    [Description("MT-Bench of the trained models, rated by a judge; null leaves it out")]
    public MtBenchSection? MtBench { get; init; }

    /// <summary>AlpacaEval of the trained models; null leaves the stage out.</summary>
    [Description("AlpacaEval of the trained models, compared with a baseline by a judge; null leaves it out")]
    public AlpacaEvalSection? AlpacaEval { get; init; }

    /// <summary>The report.</summary>
    [Description("the report")]
    public ReportOptions Report { get; init; } = new();

    /// <summary>Where results are shared with others.</summary>
    [Description("where results are shared with others")]
    public StoreOptions Store { get; init; } = new();

    /// <summary>Where stages that compute do their work.</summary>
    [Description("where stages that compute do their work: on this machine or as jobs of Slurm")]
    public ExecutorOptions Executor { get; init; } = new();

    /// <summary>Where runs are recorded.</summary>
    [Description("where runs are recorded")]
    public TrackingOptions Tracking { get; init; } = new();
}

/// <summary>How strictly results are tied to the machine that made them.</summary>
public enum Reproducibility
{
    /// <summary>Hardware and libraries are recorded and never part of a fingerprint.</summary>
    Standard,

    /// <summary>Hardware and libraries are part of every fingerprint.</summary>
    Strict,
}
