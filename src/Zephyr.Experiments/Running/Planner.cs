using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>Decides for each stage of an experiment whether it has to run. Reads only; changes nothing.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="store">The store.</param>
/// <param name="environment">Hardware and libraries, for <c>reproducibility: strict</c>.</param>
/// <param name="force">Names of stages to run whatever the store has.</param>
public sealed class Planner(
    Experiment experiment,
    ArtifactStore store,
    Func<IReadOnlyDictionary<string, string>> environment,
    IReadOnlyCollection<string> force)
{
    private const int MostDifferencesShown = 3;
    private readonly KeyBuilder _keys = new(experiment, environment, SourcePins.Of(experiment, store.Folders), store.Inputs);
    private readonly LatestRecord _latest = new(store);

    /// <summary>Names of stages whose last published result of the experiment is used although their key may differ.</summary>
    public IReadOnlyCollection<string> Freeze { get; init; } = [];

    /// <summary>Settings a stage reads as text, for tracking.</summary>
    /// <param name="stage">The stage.</param>
    /// <returns>Texts by dotted name.</returns>
    public IReadOnlyDictionary<string, string> Parameters(IStage stage) => _keys.Parameters(stage);

    /// <summary>Plans stages.</summary>
    /// <param name="stages">The stages, dependencies first.</param>
    /// <param name="cancellationToken">Stops hashing of input files.</param>
    /// <returns>One decision a stage.</returns>
    public IReadOnlyList<StageDecision> Plan(IReadOnlyList<IStage> stages, CancellationToken cancellationToken)
    {
        var ahead = ResultsAhead.Of(experiment.Name, stages, _latest, store);
        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        var decisions = new List<StageDecision>();
        foreach (var stage in stages)
        {
            var decision = Decide(stage, outputs, ahead, cancellationToken);
            decisions.Add(decision);
            if (decision.Manifest is not null)
            {
                outputs[stage.Name] = decision.Manifest.OutputsHash;
            }
        }

        return decisions;
    }

    /// <summary>Decides on one stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="outputs">Hash of the outputs of stages before it; those that will run are missing.</param>
    /// <param name="cancellationToken">Stops hashing of input files.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ZephyrException">The stage is frozen and has no usable result of the experiment.</exception>
    public StageDecision Decide(IStage stage, IReadOnlyDictionary<string, string> outputs, CancellationToken cancellationToken) =>
        Decide(stage, outputs, ahead: null, cancellationToken);

    private StageDecision Decide(IStage stage, IReadOnlyDictionary<string, string> outputs, ResultsAhead? ahead, CancellationToken cancellationToken)
    {
        var key = _keys.Build(stage, outputs, cancellationToken);
        var unsettled = _keys.Unsettled(stage);
        List<string> unknown = [.. stage.DependsOn.Where(name => !outputs.ContainsKey(name)), .. unsettled.Select(setting => setting.Key)];
        if (Freeze.Contains(stage.Name, StringComparer.Ordinal))
        {
            return Frozen(stage, key, unknown);
        }

        // Equal keys have equal fingerprints, and these are much cheaper than a list of differences.
        var fingerprint = unknown.Count == 0 ? key.Fingerprint : null;
        var (lastFingerprint, lastResult) = ahead?.Of(stage) ?? new LastResult(_latest.Fingerprint(experiment.Name, stage.Name), null);
        var unchanged = fingerprint is not null && lastFingerprint == fingerprint;
        var last = unchanged ? key : _latest.Find(experiment.Name, stage.Name);
        var differences = last is null || unchanged ? [] : KeyDifference.Between(last, key, unknown);
        if (fingerprint is null)
        {
            var reasonToRun = unsettled.Count > 0
                ? $"{unsettled[0].Key} {unsettled[0].Source.Text} is not settled to a commit yet; the run does that, zephyr lock does it for every machine"
                : PendingReason(stage, unknown, last, differences);
            return new StageDecision(stage, key, null, null, reasonToRun, differences, unknown);
        }

        var (manifest, damage) = unchanged && lastResult is { } read ? read : store.Find(fingerprint);
        var reason = (manifest, damage) switch
        {
            _ when force.Contains(stage.Name, StringComparer.Ordinal) => "forced",
            ({ } found, _) when unchanged => $"nothing changed since run {found.RunId[..8]}",
            ({ } found, _) => $"run {found.RunId[..8]} had the same inputs and settings",
            (_, { } wrong) => wrong,
            _ when last is null => "first run",
            _ when differences.Count == 0 => "its result is no longer in the store",
            _ => Describe(differences),
        };
        return new StageDecision(stage, key, fingerprint, reason == "forced" ? null : manifest, reason, differences, unknown);
    }

    // What was published counts as what it is: its own key and fingerprint stand in the decision, so nothing is filed under a key it was not made with.
    private StageDecision Frozen(IStage stage, StageKey wanted, List<string> unknown)
    {
        var last = _latest.Find(experiment.Name, stage.Name) ?? (experiment.Sweep is not null ? _latest.Find(experiment.WholeName, stage.Name) : null);
        var (manifest, damage) = last is null ? (null, null) : store.Find(last.Fingerprint);
        if (manifest is null)
        {
            var lack = damage is not null ? $"its result is damaged: {damage}" : last is null ? "it has none yet" : "its result is no longer in the store";
            throw new ZephyrException($"--freeze {stage.Name} uses the last result of this stage in experiment {experiment.Name}, but {lack}. Leave out --freeze {stage.Name}, or run the stage first.");
        }

        var differences = KeyDifference.Between(manifest.Key, wanted, unknown);
        var despite = differences.Count > 0 ? $", although {Describe(differences)}" : unknown.Count > 0 ? $", whatever {Names(unknown)} {Yields(unknown)}" : "; nothing changed since";
        return new StageDecision(stage, manifest.Key, manifest.Key.Fingerprint, manifest, $"frozen at run {manifest.RunId[..8]}{despite}", differences, []) { IsFrozen = true };
    }

    private string PendingReason(IStage stage, List<string> unknown, StageKey? last, IReadOnlyList<KeyDifference> differences)
    {
        if (force.Contains(stage.Name, StringComparer.Ordinal))
        {
            return "forced";
        }

        var pending = Names(unknown);
        return last is null ? $"{pending} will run"
            : differences.Count > 0 ? $"{Describe(differences)}; {pending} will run"
            : $"{pending} will run; may be cached if {pending} {Yields(unknown)} the same output";
    }

    private static string Names(List<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    private static string Yields(List<string> names) => names.Count == 1 ? "yields" : "yield";

    private static string Describe(IReadOnlyList<KeyDifference> differences)
    {
        var shown = string.Join("; ", differences.Take(MostDifferencesShown));
        return differences.Count > MostDifferencesShown ? $"{shown}; and {differences.Count - MostDifferencesShown} more" : shown;
    }
}
