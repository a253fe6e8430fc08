namespace Zephyr.Experiments.Stages;

/// <summary>
/// One way through <c>reference</c> and <c>ddpo</c>: where the policy starts, and what comes out. The recipe starts from the dSFT
/// model; the ablation of the paper's Table 3 starts from the base model.
/// </summary>
/// <param name="Name">Short name, used in file names and as a prefix of metrics.</param>
/// <param name="Stage">Stage whose output holds the starting model.</param>
/// <param name="Folder">Folder of the starting model in that output.</param>
/// <param name="ModelFolder">Folder of the trained model in the output of <c>ddpo</c>.</param>
/// <param name="AdapterFolder">Folder of the trained adapter, when there is one, in the output of <c>ddpo</c>.</param>
/// <param name="CurveFile">File of the training curve in the output of <c>ddpo</c>.</param>
internal sealed record Arm(string Name, string Stage, string Folder, string ModelFolder, string AdapterFolder, string CurveFile)
{
    /// <summary>The recipe: dDPO from the dSFT model.</summary>
    public static readonly Arm FromDsft = new("dsft", StageFiles.Dsft, StageFiles.Model, StageFiles.Model, StageFiles.Adapter, StageFiles.Curve);

    /// <summary>The ablation: dDPO straight from the base model.</summary>
    public static readonly Arm FromBase = new(
        "base", StageFiles.Download, StageFiles.BaseModel, StageFiles.ModelWithoutDsft, StageFiles.AdapterWithoutDsft, StageFiles.CurveWithoutDsft);

    /// <summary>The arms an experiment asks for.</summary>
    /// <param name="settings">The settings of a stage that reads <c>ddpo.without_dsft</c>.</param>
    /// <returns>The recipe's arm first.</returns>
    public static IReadOnlyList<Arm> Of(StageSettings settings) => settings.Ddpo.WithoutDsft ? [FromDsft, FromBase] : [FromDsft];

    /// <summary>Folder of the starting model.</summary>
    /// <param name="context">The running stage, which depends on <see cref="Stage"/>.</param>
    /// <returns>The folder.</returns>
    public string Start(StageContext context) => Path.Combine(context.Input(Stage), Folder);
}
