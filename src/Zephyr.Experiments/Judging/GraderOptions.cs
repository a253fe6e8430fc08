using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Experiments.Endpoints;

namespace Zephyr.Experiments.Judging;

/// <summary>The judge of a benchmark: a model at an endpoint, or with a folder one that answers in process.</summary>
public sealed record GraderOptions : EndpointOptions
{
    /// <summary>Makes a judge that answers as FastChat's does: the likeliest text, of 2048 tokens at most.</summary>
    public GraderOptions() => (Temperature, MaxTokens) = (0, 2048);

    /// <summary>Tries to get a judgment in the form asked for.</summary>
    [Description("how often the judge is asked until its reply can be read; after that there is no judgment, and that is counted")]
    [Range(1, 10)]
    public int Attempts { get; init; } = 3;

    /// <summary>Whether it answers in process.</summary>
    internal bool IsFolder => Folder is not null;

    /// <summary>Whether it has a name; one without is refused.</summary>
    internal bool IsNamed => Model.Length > 0 || IsFolder;

    /// <summary>Its name in files of judgments.</summary>
    internal string Name => Model.Length > 0 ? Model : Serving.ServedModel.NameOf(Folder!);
}
