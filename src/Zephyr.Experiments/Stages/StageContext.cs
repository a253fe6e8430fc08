using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>Everything a running stage may touch.</summary>
public sealed class StageContext
{
    private readonly IReadOnlyDictionary<string, string> _inputs;

    /// <summary>Creates a context.</summary>
    /// <param name="stage">Name of the stage, for messages.</param>
    /// <param name="settings">The settings the stage declares; paths in them are absolute.</param>
    /// <param name="resolved">The same settings with the place that set each.</param>
    /// <param name="inputs">Folder with the outputs of every stage depended on, by stage name.</param>
    /// <param name="output">Private folder that becomes the stage's output.</param>
    /// <param name="checkpoints">Folder kept until the stage publishes.</param>
    /// <param name="reporter">Where progress and figures go.</param>
    public StageContext(
        string stage,
        StageSettings settings,
        ResolvedSection resolved,
        IReadOnlyDictionary<string, string> inputs,
        string output,
        string checkpoints,
        IStageReporter reporter)
    {
        Stage = stage;
        Settings = settings;
        Resolved = resolved;
        _inputs = inputs;
        Output = output;
        Checkpoints = checkpoints;
        Reporter = reporter;
    }

    /// <summary>Name of the running stage.</summary>
    public string Stage { get; }

    /// <summary>The settings the stage declares; paths in them are absolute.</summary>
    public StageSettings Settings { get; }

    /// <summary>The same settings with the place that set each, for the report.</summary>
    public ResolvedSection Resolved { get; }

    /// <summary>Seed of every random number of the stage.</summary>
    public ulong Seed => Settings.Seed;

    /// <summary>Empty private folder at the start; whatever is in it at the end is published, whole or not at all.</summary>
    public string Output { get; }

    /// <summary>Folder that survives a killed or failed run of the same fingerprint, and is dropped once the stage has published.</summary>
    public string Checkpoints { get; }

    /// <summary>Where progress and figures go.</summary>
    public IStageReporter Reporter { get; }

    /// <summary>Fetches what addresses in settings stand for; null where nothing can be fetched.</summary>
    public StageSources? Sources { get; init; }

    /// <summary>What asking models needs; null where no models can be asked.</summary>
    public EndpointServices? Endpoints { get; init; }

    /// <summary>Brings the files behind an address in a setting to this machine, verified.</summary>
    /// <param name="address">Value of a setting for which <see cref="RemoteSource.IsRemote"/> holds.</param>
    /// <param name="content">What the setting stands for.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept for the next run.</param>
    /// <returns>The files in ordinal order of their paths; nobody may change them.</returns>
    /// <exception cref="ZephyrException">A file cannot be fetched, or is not what the lock says.</exception>
    public Task<IReadOnlyList<FetchedFile>> FetchAsync(string address, RemoteContent content, CancellationToken cancellationToken) =>
        (Sources ?? throw new ZephyrException($"Stage {Stage} asks for {address}, but nothing here can fetch it.")).FetchAsync(address, content, Reporter, cancellationToken);

    /// <summary>Whether the stage depends on another in this experiment; optional stages are not always there.</summary>
    /// <param name="stage">Name of that stage.</param>
    /// <returns>Whether <see cref="Input"/> has it.</returns>
    public bool Has(string stage) => _inputs.ContainsKey(stage);

    /// <summary>Read-only folder with the outputs of a stage depended on.</summary>
    /// <param name="stage">Name of that stage.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="ZephyrException">The stage is not among <see cref="IStage.DependsOn"/>.</exception>
    public string Input(string stage) => _inputs.TryGetValue(stage, out var folder)
        ? folder
        : throw new ZephyrException($"Stage {Stage} asks for the output of {stage}, which it does not depend on: add it to DependsOn.");
}
