using System.Runtime.CompilerServices;
using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Feedback;
using Zephyr.Experiments.Judging.AlpacaEval;
using Zephyr.Experiments.Judging.MtBench;
using Zephyr.Experiments.Reporting;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// The settings as a stage sees them. A section of which it declares nothing throws when it is read; of a section of which it declares
/// a part, the rest has its defaults. So a stage that forgets to declare a setting is found when it runs, and until then its output
/// does not depend on it.
/// </summary>
public sealed class StageSettings
{
    private readonly ExperimentSettings _settings;
    private readonly IReadOnlyCollection<string> _declared;
    private readonly string _stage;

    /// <summary>Creates the view of a stage.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="stage">The stage.</param>
    public StageSettings(ExperimentSettings settings, IStage stage)
        : this(settings, new ExperimentSettings(), stage.Name, stage.Settings)
    {
    }

    /// <summary>Creates a view.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="rest">Where settings that are not declared come from.</param>
    /// <param name="stage">Name of the stage, for messages.</param>
    /// <param name="declared">Dotted prefixes it declares.</param>
    public StageSettings(ExperimentSettings settings, ExperimentSettings rest, string stage, IReadOnlyCollection<string> declared)
    {
        _settings = StageSlice.Of(settings, rest, declared);
        _declared = declared;
        _stage = stage;
    }

    /// <summary>Seed of every random number; in the key of every stage.</summary>
    public ulong Seed => _settings.Seed;

    /// <summary>Name of the experiment.</summary>
    public string Name => Declared(_settings.Name);

    /// <summary>The base model.</summary>
    public ModelOptions Model => Declared(_settings.Model);

    /// <summary>The tokenizer.</summary>
    public TokenizerOptions Tokenizer => Declared(_settings.Tokenizer);

    /// <summary>Where conversations and preferences come from.</summary>
    public DataOptions Data => Declared(_settings.Data);

    /// <summary>Preference data from teachers and a judge; null when it is left out.</summary>
    public FeedbackOptions? Feedback => Declared(_settings.Feedback);

    /// <summary>How conversations become token rows.</summary>
    public TokenizeOptions Tokenize => Declared(_settings.Tokenize);

    /// <summary>Distilled supervised fine-tuning.</summary>
    public DsftOptions Dsft => Declared(_settings.Dsft);

    /// <summary>The second round of supervised fine-tuning; null when it is left out.</summary>
    public DsftOptions? Dsft2 => Declared(_settings.Dsft2);

    /// <summary>Reference log-probabilities.</summary>
    public ReferenceOptions Reference => Declared(_settings.Reference);

    /// <summary>Distilled direct preference optimisation.</summary>
    public DdpoOptions Ddpo => Declared(_settings.Ddpo);

    /// <summary>Evaluation of the trained models.</summary>
    public EvaluateOptions Evaluate => Declared(_settings.Evaluate);

    /// <summary>MT-Bench of the trained models; null when it is left out.</summary>
    public MtBenchSection? MtBench => Declared(_settings.MtBench);

    /// <summary>AlpacaEval of the trained models; null when it is left out.</summary>
    public AlpacaEvalSection? AlpacaEval => Declared(_settings.AlpacaEval);

    /// <summary>The report.</summary>
    public ReportOptions Report => Declared(_settings.Report);

    private T Declared<T>(T value, [CallerMemberName] string section = "")
    {
        var key = SettingShapeReader.SnakeCase(section);
        return StageSlice.Touches(_declared, key)
            ? value
            : throw new ZephyrException($"Stage {_stage} reads the setting {key}, which is not in its key: add it to the Settings that the stage declares.");
    }
}
