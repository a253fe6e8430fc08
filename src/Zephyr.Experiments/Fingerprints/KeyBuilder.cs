using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store.Hashing;

namespace Zephyr.Experiments.Fingerprints;

/// <summary>Builds the keys of stages from an experiment. Files that settings name are hashed once, and again on request.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="environment">Hardware and libraries; asked only under <c>reproducibility: strict</c>.</param>
/// <param name="pins">What addresses in settings stand for.</param>
/// <param name="inputs">Hashes files.</param>
public sealed class KeyBuilder(Experiment experiment, Func<IReadOnlyDictionary<string, string>> environment, SourcePins pins, InputHashes inputs)
{
    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slice> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KeySetting> _settings = new(StringComparer.Ordinal);

    private readonly string? _seedOrigin = experiment.Resolved.Find("seed")?.Origin.ToString();

    private bool IsStrict => experiment.Settings.Reproducibility == Reproducibility.Strict;

    /// <summary>The key of a stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="upstream">Hash of the outputs of the stages it depends on; those not known yet are left out.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidOperationException">The stage declares a setting that does not exist.</exception>
    public StageKey Build(IStage stage, IReadOnlyDictionary<string, string> upstream, CancellationToken cancellationToken = default)
    {
        var slice = SliceOf(stage);
        HashOnce(slice.Named, cancellationToken);
        var read = new List<StageInput>(stage.DependsOn.Count + slice.Named.Count);
        foreach (var name in stage.DependsOn)
        {
            if (upstream.TryGetValue(name, out var hash))
            {
                read.Add(new StageInput(name, $"stage:{name}", hash));
            }
        }

        foreach (var leaf in slice.Named)
        {
            if (Input(leaf) is { } input)
            {
                read.Add(input);
            }
        }

        return new StageKey(stage.Name, stage.Version, experiment.Settings.Seed, slice.Settings, read, IsStrict ? environment() : s_none)
        {
            Libraries = stage.Libraries,
            SeedOrigin = _seedOrigin,
        };
    }

    /// <summary>The addresses a stage reads that nobody has settled yet: its key is not whole without them.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>The settings.</returns>
    public IReadOnlyList<RemoteSetting> Unsettled(IStage stage) =>
        SliceOf(stage).Remote is { Count: > 0 } remote ? [.. remote.Where(setting => pins.Find(setting.Source) is null)] : [];

    /// <summary>Names of the file inputs of a stage whose content is no longer what its key says.</summary>
    /// <param name="key">The key made before the stage ran.</param>
    /// <param name="inputs">Hashes files.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <returns>The changed inputs.</returns>
    public static IReadOnlyList<StageInput> ChangedSince(StageKey key, InputHashes inputs, CancellationToken cancellationToken) =>
        [.. key.Inputs.Where(input => !input.Source.StartsWith("stage:", StringComparison.Ordinal) && !RemoteSource.IsRemote(input.Source)
            && (!Path.Exists(input.Source) || inputs.OfPath(input.Source, input.Name, cancellationToken) != input.Sha256))];

    /// <summary>The settings a stage reads, paths included, as text.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>Texts by dotted name.</returns>
    public IReadOnlyDictionary<string, string> Parameters(IStage stage) => Texts(SliceOf(stage).Leaves);

    /// <summary>Settings as text by dotted name.</summary>
    /// <param name="leaves">The settings.</param>
    /// <returns>Texts by dotted name.</returns>
    public static IReadOnlyDictionary<string, string> Texts(IEnumerable<ResolvedSetting> leaves) => leaves.ToDictionary(
        leaf => leaf.Key, leaf => leaf is ResolvedValue value ? value.Text : CanonicalJson.Text(leaf.ToJson()), StringComparer.Ordinal);

    // Many stages read the same settings: what a list of prefixes stands for is found once.
    private Slice SliceOf(IStage stage)
    {
        var prefixes = string.Join('\n', stage.Settings);
        if (!_slices.TryGetValue(prefixes, out var slice))
        {
            slice = MakeSlice(stage);
            _slices.Add(prefixes, slice);
        }

        return slice;
    }

    // Prefixes may overlap; a setting enters once.
    private Slice MakeSlice(IStage stage)
    {
        var leaves = stage.Settings
            .SelectMany(prefix => experiment.Resolved.Find(prefix)?.Leaves()
                ?? throw new InvalidOperationException($"Stage {stage.Name} declares the setting {prefix}, which does not exist."))
            .DistinctBy(leaf => leaf.Key, StringComparer.Ordinal).ToList();
        var read = leaves.Where(leaf => IsStrict || leaf.Property is not { IsExecution: true }).ToList();
        return new Slice(
            leaves,
            new KeySettings([.. read.Where(leaf => !NamesContent(leaf)).Select(Setting)]),
            [.. read.Where(NamesContent).Cast<ResolvedValue>()],
            [.. leaves.Where(SourcePins.IsRemote).Cast<ResolvedValue>().Select(Remote)]);
    }

    private KeySetting Setting(ResolvedSetting leaf)
    {
        if (!_settings.TryGetValue(leaf.Key, out var setting))
        {
            setting = new KeySetting(leaf.Key, CanonicalJson.Text(leaf.ToJson()), leaf.Origin.ToString());
            _settings.Add(leaf.Key, setting);
        }

        return setting;
    }

    private static bool NamesContent(ResolvedSetting leaf) =>
        leaf is ResolvedValue { Property: { IsPath: true } property, Value: string path } && !property.PathKeywords.Contains(path, StringComparer.Ordinal);

    private static RemoteSetting Remote(ResolvedValue leaf) => new(leaf.Key, RemoteSource.Parse((string)leaf.Value!, leaf.Property!.Remote));

    private StageInput? Input(ResolvedValue leaf)
    {
        if (!SourcePins.IsRemote(leaf))
        {
            return new StageInput(leaf.Key, (string)leaf.Value!, _hashes[(string)leaf.Value!]);
        }

        return pins.Find(Remote(leaf).Source) is { } pin ? new StageInput(leaf.Key, pin.Text, pin.ContentHash) : null;
    }

    private void HashOnce(IReadOnlyList<ResolvedValue> named, CancellationToken cancellationToken)
    {
        if (named.Count == 0)
        {
            return;
        }

        var wanted = named.Where(leaf => !SourcePins.IsRemote(leaf) && !_hashes.ContainsKey((string)leaf.Value!))
            .Select(leaf => (Path: (string)leaf.Value!, leaf.Key)).DistinctBy(item => item.Path, StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        foreach (var (item, hash) in wanted.Zip(inputs.OfPaths(wanted, cancellationToken)))
        {
            _hashes[item.Path] = hash;
        }
    }

    // What a stage reads of the settings: all of it, what enters its key by value, what enters it by content, and the addresses among that.
    private sealed record Slice(
        IReadOnlyList<ResolvedSetting> Leaves, KeySettings Settings, IReadOnlyList<ResolvedValue> Named, IReadOnlyList<RemoteSetting> Remote);
}
