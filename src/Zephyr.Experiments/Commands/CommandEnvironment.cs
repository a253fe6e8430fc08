using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary>What the verbs need from outside; tests give their own.</summary>
/// <param name="CurrentFolder">The current folder.</param>
/// <param name="Repository">Root of the repository.</param>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Clock">Tells the time.</param>
public sealed record CommandEnvironment(
    string CurrentFolder,
    string Repository,
    TextReader In,
    TextWriter Out,
    TextWriter Error,
    TimeProvider Clock)
{
    /// <summary>Makes the stages of an experiment.</summary>
    public Func<ExperimentSettings, StageCatalog> Catalog { get; init; } = StageCatalog.Recipe;

    /// <summary>Makes the tracker of a run.</summary>
    public Func<Experiment, IRunTracker> Tracker { get; init; } = _ => new NullRunTracker();

    /// <summary>Gives environment variables; null for one that is not set.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The program that gives a stage a process of its own; null where there is none.</summary>
    public string? StageProgram { get; init; }

    /// <summary>Slurm's programs on PATH, for experiments whose <c>executor.kind</c> is <c>slurm</c>; null where no job could run this program.</summary>
    internal SlurmServices? Slurm => StageProgram is { } program ? new SlurmServices(new SlurmCommands(Variable("PATH") ?? ""), program) { Exit = Exit } : null;

    /// <summary>Whether a live progress display makes sense: standard output is a terminal.</summary>
    public bool Interactive { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = 80;

    /// <summary>Ctrl-C, for a verb that takes it before it ends the program.</summary>
    public InterruptSignal Interrupt { get; init; } = new();

    /// <summary>The end at once, on a second Ctrl-C.</summary>
    public ImmediateExit Exit { get; init; } = new();

    /// <summary>Paths of everything the pipeline writes.</summary>
    public StoreFolders Folders => new(Path.Combine(Repository, "artifacts"));

    /// <summary>The store.</summary>
    /// <param name="note">Takes one line about what was found damaged or edited; standard error when left out.</param>
    /// <returns>A new store object over the same folders.</returns>
    public ArtifactStore OpenStore(Action<string>? note = null) => new(Folders, new PhysicalFileSystem())
    {
        Note = note ?? Error.WriteLine,
        Clock = Clock,
    };

    /// <summary>Makes what fetches files behind addresses, with the hub's variables of the environment.</summary>
    /// <param name="offline">Whether only what is on this machine may be used.</param>
    /// <returns>A new fetcher, for the caller to dispose.</returns>
    public SourceFetcher Sources(bool offline) => new(HubOptions.FromEnvironment(Variable, offline), Folders.Fetched, Clock);

    /// <summary>The pipeline of an experiment; members of one sweep may have different stages.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <returns>The checked pipeline.</returns>
    public Pipeline Pipeline(Experiment experiment) => Running.Pipeline.Create(Catalog(experiment.Settings).Stages);
}
