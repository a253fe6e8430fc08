using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Hub;

/// <summary>The addresses of one experiment while it runs: settles those that are not, and fetches files for its stages.</summary>
public sealed class StageSources : IDisposable
{
    private readonly IReadOnlyList<RemoteSetting> _settings;
    private readonly SourcePins _pins;
    private readonly SourceFetcher? _fetcher;

    /// <summary>Takes the addresses of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="folders">Where the store is.</param>
    /// <param name="fetcher">Makes what fetches; asked only when there are addresses.</param>
    /// <exception cref="ZephyrException">There are addresses and nothing to fetch with, or its options are wrong.</exception>
    public StageSources(Experiment experiment, StoreFolders folders, Func<SourceFetcher>? fetcher)
    {
        _settings = SourcePins.Settings(experiment.Resolved);
        _pins = SourcePins.Of(experiment, folders);
        _fetcher = _settings.Count == 0 ? null
            : fetcher?.Invoke() ?? throw new ZephyrException($"{_settings[0].Key} is {_settings[0].Source.Text}, but this run has nothing to fetch it with.");
    }

    /// <summary>Settles every address that nobody has settled, and remembers what it stands for on this machine.</summary>
    /// <param name="note">Takes one line for each.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>A task that ends when all are settled.</returns>
    /// <exception cref="HubException">One cannot be settled.</exception>
    public async Task SettleAsync(Action<string> note, CancellationToken cancellationToken)
    {
        foreach (var setting in _settings.Where(setting => _pins.Find(setting.Source) is null))
        {
            var pin = await _fetcher!.ResolveAsync(setting.Source, cancellationToken);
            _pins.Remember(pin);
            note($"{setting.Key}: {setting.Source.Text} is settled to {pin.Commit ?? $"a file with SHA-256 {pin.Files[0].Hash}"} on this machine; zephyr lock settles it for every machine");
        }
    }

    /// <summary>Brings the files behind an address to this machine, verified.</summary>
    /// <param name="text">The address.</param>
    /// <param name="content">What it stands for.</param>
    /// <param name="reporter">Shows progress.</param>
    /// <param name="cancellationToken">Stops; what has arrived is kept.</param>
    /// <returns>The files in ordinal order of their paths.</returns>
    /// <exception cref="ZephyrException">The address is not among the experiment's settings, or a file cannot be fetched.</exception>
    public Task<IReadOnlyList<FetchedFile>> FetchAsync(string text, RemoteContent content, IStageReporter reporter, CancellationToken cancellationToken)
    {
        var source = RemoteSource.Parse(text, content);
        var pin = _pins.Find(source) ?? throw new ZephyrException($"{text} was not settled before the stage began: run again.");
        return (_fetcher ?? throw new ZephyrException($"{text} is no setting of this experiment, so nothing fetches it.")).FetchAsync(pin, reporter, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _fetcher?.Dispose();
}
