namespace Zephyr.Experiments.Store;

/// <summary>Lists the manifests of a store.</summary>
public static class StoredManifests
{
    /// <summary>Paths of all manifests.</summary>
    /// <param name="folders">The store's folders.</param>
    /// <returns>The paths, in ordinal order.</returns>
    public static IReadOnlyList<string> Paths(StoreFolders folders) => Directory.Exists(folders.Stages)
        ? [.. Directory.EnumerateFiles(folders.Stages, "*.json").Order(StringComparer.Ordinal)]
        : [];

    /// <summary>All manifests that can be read.</summary>
    /// <param name="folders">The store's folders.</param>
    /// <returns>The manifests, oldest first.</returns>
    public static IReadOnlyList<StageManifest> Readable(StoreFolders folders)
    {
        var manifests = new List<StageManifest>();
        foreach (var path in Paths(folders))
        {
            try
            {
                manifests.Add(StageManifest.Read(File.ReadAllBytes(path), Path.GetFileNameWithoutExtension(path)));
            }
            catch (InvalidDataException)
            {
                // Damaged ones are what `verify` reports; listings show what can be used.
            }
        }

        return [.. manifests.OrderBy(manifest => manifest.StartedAt).ThenBy(manifest => manifest.RunId, StringComparer.Ordinal)];
    }
}
