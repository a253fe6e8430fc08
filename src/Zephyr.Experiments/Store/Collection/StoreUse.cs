using Zephyr.Experiments.Fingerprints;

namespace Zephyr.Experiments.Store.Collection;

/// <summary>Who uses what: the last run of every experiment, and stages that were started and did not finish.</summary>
public sealed class StoreUse
{
    private const string Started = ".started";
    private readonly Dictionary<string, SortedSet<string>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unfinished = new(StringComparer.Ordinal);
    private readonly List<StageKey> _keys = [];
    private readonly SortedDictionary<string, string> _damaged = new(StringComparer.Ordinal);

    private StoreUse()
    {
    }

    /// <summary>Keys of all stages in use.</summary>
    public IReadOnlyList<StageKey> Keys => _keys;

    /// <summary>Names of the experiments that have run.</summary>
    /// <param name="folders">Where everything is.</param>
    /// <returns>The names, in ordinal order.</returns>
    public static IReadOnlyList<string> Experiments(StoreFolders folders) => Directory.Exists(folders.Latest)
        ? [.. Directory.EnumerateDirectories(folders.Latest).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads the records.</summary>
    /// <param name="store">The store.</param>
    /// <param name="experiments">Experiments to read.</param>
    /// <returns>Who uses what.</returns>
    public static StoreUse Read(ArtifactStore store, IEnumerable<string> experiments)
    {
        var use = new StoreUse();
        var latest = new LatestRecord(store);
        foreach (var experiment in experiments)
        {
            var folder = Path.Combine(store.Folders.Latest, experiment);
            foreach (var name in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(static path => Path.GetFileNameWithoutExtension(path)))
            {
                if (latest.Find(experiment, name) is { } key)
                {
                    use.Add(experiment, key, isStarted: name.EndsWith(Started, StringComparison.Ordinal));
                }
                else
                {
                    use._damaged[Path.GetFileNameWithoutExtension(name)] = experiment;
                }
            }
        }

        return use;
    }

    /// <summary>Experiments whose last run used a result.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>Their names; empty when none did.</returns>
    public IReadOnlyCollection<string> UsersOf(string fingerprint) => _users.TryGetValue(fingerprint, out var users) ? users : [];

    /// <summary>The experiment whose run of a stage has not finished.</summary>
    /// <param name="fingerprint">Its fingerprint.</param>
    /// <returns>The name; null when there is none.</returns>
    public string? UnfinishedIn(string fingerprint) => _unfinished.GetValueOrDefault(fingerprint);

    /// <summary>An experiment whose record of a stage cannot be read, so that it may have used any result of the stage, and may go on with any checkpoint.</summary>
    /// <param name="stage">Name of the stage.</param>
    /// <returns>The name; null when there is none.</returns>
    public string? DamagedRecordOf(string stage) => _damaged.GetValueOrDefault(stage);

    /// <summary>Whether any record cannot be read.</summary>
    public bool HasDamagedRecords => _damaged.Count > 0;

    private void Add(string experiment, StageKey key, bool isStarted)
    {
        _keys.Add(key);
        var fingerprint = key.Fingerprint;
        if (isStarted)
        {
            _unfinished[fingerprint] = experiment;
            return;
        }

        if (!_users.TryGetValue(fingerprint, out var users))
        {
            _users[fingerprint] = users = new SortedSet<string>(StringComparer.Ordinal);
        }

        users.Add(experiment);
    }
}
