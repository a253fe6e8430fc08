using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store.Arrivals;

/// <summary>
/// A result on its way into the store: objects arrive in a private folder, are hashed, and are published with the manifest last, as
/// those of a stage that ran here. A folder left by a killed process is gone on with.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="manifest">The checked manifest.</param>
/// <param name="origin">Where it comes from, for messages.</param>
public sealed class ArrivingResult(ArtifactStore store, StageManifest manifest, string origin)
{
    private readonly string _folder = Path.Combine(store.Folders.Arriving, manifest.Key.Fingerprint);

    /// <summary>Objects that are not in the store, or not whole, each once.</summary>
    /// <returns>The objects.</returns>
    public IReadOnlyList<StageOutput> Missing() =>
        [.. manifest.Outputs.DistinctBy(static output => output.Sha256, StringComparer.Ordinal).Where(output => store.Damage(output) is not null)];

    /// <summary>Makes the private folder, after a look at the space on the disk.</summary>
    /// <param name="objects">What will arrive.</param>
    /// <exception cref="ZephyrException">There is not enough space.</exception>
    public void Prepare(IReadOnlyList<StageOutput> objects)
    {
        store.Files.CreateFolder(_folder);
        HubCache.RequireSpace(
            objects.Sum(output => (decimal)Math.Max(0, output.Size - FileDownload.Length(PathOf(output)))), _folder, $"{manifest.Key.Stage} from {origin}", "remove what nobody needs with zephyr gc");
    }

    /// <summary>Where an object is to be written.</summary>
    /// <param name="output">The object.</param>
    /// <returns>The path.</returns>
    public string PathOf(StageOutput output) => Path.Combine(_folder, output.Sha256);

    /// <summary>Hashes an object that has arrived; a wrong one is removed.</summary>
    /// <param name="output">What it must be.</param>
    /// <param name="cancellationToken">Stops hashing.</param>
    /// <exception cref="ZephyrException">It is something else.</exception>
    public void Check(StageOutput output, CancellationToken cancellationToken)
    {
        var path = PathOf(output);
        var length = new FileInfo(path).Length;
        var hash = length == output.Size ? ContentHash.OfFile(path, cancellationToken) : null;
        if (hash != output.Sha256)
        {
            File.Delete(path);
            throw new ZephyrException(hash is null
                ? $"{origin}: {output.Path} of {manifest.Key.Stage} has {length} bytes in place of {output.Size}. It was not kept."
                : $"{origin}: {output.Path} of {manifest.Key.Stage} is damaged: its SHA-256 is {hash[..12]}… in place of {output.Sha256[..12]}…. It was not kept.");
        }
    }

    /// <summary>Publishes what has arrived and was checked.</summary>
    /// <param name="objects">The objects that arrived.</param>
    /// <param name="document">The manifest's bytes.</param>
    public void Publish(IReadOnlyList<StageOutput> objects, ReadOnlySpan<byte> document)
    {
        new ObjectIntake(store.Folders, store.Files, path => store.Quarantine(path)).TakeIn([.. objects.Select(output => (PathOf(output), output))]);
        store.WriteWhole(store.Folders.Manifest(manifest.Key.Fingerprint), document);
        store.Files.DeleteFolder(_folder);
    }
}
