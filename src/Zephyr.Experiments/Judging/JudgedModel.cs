using Zephyr.Core.Evaluation;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>The models of an experiment that a benchmark can judge: those with a chat template of their own, which are the trained ones.</summary>
public enum JudgedModel
{
    /// <summary>After distilled supervised fine-tuning.</summary>
    Dsft,

    /// <summary>After the second round of it.</summary>
    Dsft2,

    /// <summary>After distilled direct preference optimisation.</summary>
    Ddpo,

    /// <summary>Direct preference optimisation straight from the base model.</summary>
    DdpoWithoutDsft,
}

/// <summary>Where the models that are judged come from.</summary>
internal static class JudgedModels
{
    /// <summary>The stage that makes a model.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Name of the stage.</returns>
    public static string Stage(JudgedModel model) => model switch
    {
        JudgedModel.Dsft => StageFiles.Dsft,
        JudgedModel.Dsft2 => StageFiles.Dsft2,
        _ => StageFiles.Ddpo,
    };

    /// <summary>Its label in results.</summary>
    /// <param name="model">The model.</param>
    /// <returns>One of <see cref="ModelNames"/>.</returns>
    public static string Label(JudgedModel model) => model switch
    {
        JudgedModel.Dsft => ModelNames.Dsft,
        JudgedModel.Dsft2 => ModelNames.Dsft2,
        JudgedModel.Ddpo => ModelNames.Ddpo,
        _ => ModelNames.DdpoWithoutDsft,
    };

    /// <summary>Its folder.</summary>
    /// <param name="model">The model.</param>
    /// <param name="context">The running stage.</param>
    /// <returns>The folder.</returns>
    public static string Folder(JudgedModel model, StageContext context) =>
        Path.Combine(context.Input(Stage(model)), model == JudgedModel.DdpoWithoutDsft ? StageFiles.ModelWithoutDsft : StageFiles.Model);
}
