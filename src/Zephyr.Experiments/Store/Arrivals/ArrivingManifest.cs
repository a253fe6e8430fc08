using System.Text.RegularExpressions;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store.Arrivals;

/// <summary>Reads manifests that come from elsewhere: nothing in them may lead outside the store, or claim what cannot be.</summary>
public static partial class ArrivingManifest
{
    /// <summary>Most bytes a manifest may have: a stage of some 100,000 files has less.</summary>
    public const int LongestManifest = 64 << 20;

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="bytes">The document.</param>
    /// <param name="fingerprint">Fingerprint it was asked for by.</param>
    /// <param name="origin">Where it came from, for messages.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="ZephyrException">It is damaged, is of another stage, or names files that cannot be.</exception>
    public static StageManifest Read(ReadOnlyMemory<byte> bytes, string fingerprint, string origin)
    {
        StageManifest manifest;
        try
        {
            manifest = StageManifest.Read(bytes, fingerprint);
        }
        catch (InvalidDataException failure)
        {
            throw Refused(origin, fingerprint, failure.Message);
        }

        if (manifest.Key.Fingerprint != fingerprint)
        {
            throw Refused(origin, fingerprint, "its settings and inputs give another fingerprint");
        }

        if (!StageName().IsMatch(manifest.Key.Stage) || !ExperimentName().IsMatch(manifest.Experiment))
        {
            throw Refused(origin, fingerprint, "its stage or experiment has a name that cannot be");
        }

        if (Problem(manifest.Outputs) is { } problem)
        {
            throw Refused(origin, fingerprint, problem);
        }

        return manifest;
    }

    /// <summary>Whether a text can be the name of an experiment.</summary>
    /// <param name="name">The text.</param>
    /// <returns>Whether it can.</returns>
    public static bool IsExperimentName(string name) => ExperimentName().IsMatch(name);

    private static string? Problem(IReadOnlyList<StageOutput> outputs)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        var total = 0m;
        foreach (var output in outputs)
        {
            if (!HubReference.IsSafePath(output.Path))
            {
                return $"the path '{Shown(output.Path)}' does not stay inside its folder";
            }

            if (!paths.Add(output.Path))
            {
                return $"the path '{Shown(output.Path)}' stands there twice";
            }

            if (!ContentHash.IsHash(output.Sha256) || output.Size < 0)
            {
                return $"'{Shown(output.Path)}' has no SHA-256 or no size";
            }

            if (sizes.TryGetValue(output.Sha256, out var size) && size != output.Size)
            {
                return $"one content has two sizes, {size} and {output.Size}";
            }

            sizes[output.Sha256] = output.Size;
            total += output.Size;
        }

        if (total > long.MaxValue)
        {
            return "its files have more bytes than any disk";
        }

        return paths.FirstOrDefault(path => Parents(path).Any(paths.Contains)) is { } inside ? $"'{Shown(inside)}' lies inside a file" : null;
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static string Shown(string text) => new([.. text.Take(80).Select(static c => char.IsControl(c) ? '?' : c)]);

    private static ZephyrException Refused(string origin, string fingerprint, string why) =>
        new($"{origin}: the manifest {fingerprint[..12]} is refused: {why}.");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_.-]{0,99}\z", RegexOptions.NonBacktracking)]
    private static partial Regex StageName();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ExperimentName();
}
