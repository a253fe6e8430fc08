using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Store.Remote;

/// <summary>Opens shared stores by address: a folder, or a bucket.</summary>
public static class RemoteStores
{
    /// <summary>Variable that names the shared store when no setting does.</summary>
    public const string AddressVariable = "ZEPHYR_REMOTE_STORE";

    /// <summary>Variable that says to send results when no setting does: 1.</summary>
    public const string PushVariable = "ZEPHYR_REMOTE_PUSH";

    private const int Retries = 4;

    /// <summary>Opens the shared store of an experiment.</summary>
    /// <param name="options">The experiment's settings.</param>
    /// <param name="given">Address from the command line; null when none was given.</param>
    /// <param name="store">The store of this machine.</param>
    /// <param name="repository">Folder that relative addresses start from.</param>
    /// <param name="variable">Gives environment variables.</param>
    /// <param name="note">Takes one line for each thing of note.</param>
    /// <returns>The shared store; null when nothing names one.</returns>
    /// <exception cref="Zephyr.Core.ZephyrException">The address or the keys cannot be used.</exception>
    public static RemoteResults? Open(
        StoreOptions options, string? given, ArtifactStore store, string repository, Func<string, string?> variable, Action<string> note)
    {
        if ((given ?? options.Remote ?? variable(AddressVariable)?.Trim()) is not { Length: > 0 } address)
        {
            return null;
        }

        IRemoteStore remote = address.StartsWith("s3://", StringComparison.Ordinal) ? new S3RemoteStore(address, variable, clock: store.Clock)
            : address.Contains("://", StringComparison.Ordinal) ? throw new RemoteStoreException($"The shared store {address} cannot be used: name a folder or s3://BUCKET/PREFIX.")
            : new FolderRemoteStore(Path.GetFullPath(address, repository), store.Files);
        var retry = TransientRetry.Create(Retries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), store.Clock);
        return new RemoteResults(store, remote, retry, note) { Push = options.Push || variable(PushVariable)?.Trim() == "1" };
    }
}
