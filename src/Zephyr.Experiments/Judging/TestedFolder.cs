using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>A model that a stage judges: its name in results, and the folder it is in.</summary>
/// <param name="Label">The name.</param>
/// <param name="Folder">The folder.</param>
internal sealed record TestedFolder(string Label, string Folder)
{
    /// <summary>The models of a stage: those of the experiment, then the others.</summary>
    /// <param name="models">Models of the experiment.</param>
    /// <param name="folders">Other models.</param>
    /// <param name="context">The running stage.</param>
    /// <returns>The models.</returns>
    public static IReadOnlyList<TestedFolder> Of(IReadOnlyList<JudgedModel> models, IReadOnlyList<JudgedFolder> folders, StageContext context) =>
    [
        .. models.Select(model => new TestedFolder(JudgedModels.Label(model), JudgedModels.Folder(model, context))),
        .. folders.Select(static folder => new TestedFolder(folder.Name, folder.Folder)),
    ];
}
