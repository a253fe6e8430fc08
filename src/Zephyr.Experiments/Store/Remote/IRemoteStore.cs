namespace Zephyr.Experiments.Store.Remote;

/// <summary>Files by name in a place that several machines share. Nobody ever sees a file half written.</summary>
public interface IRemoteStore : IDisposable
{
    /// <summary>Its address, for messages; never a key.</summary>
    string Address { get; }

    /// <summary>Size of a file.</summary>
    /// <param name="name">Its name, with forward slashes.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>Bytes; null when there is no such file.</returns>
    /// <exception cref="RemoteStoreException">The store cannot be used.</exception>
    Task<long?> SizeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Opens a file for reading.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="offset">First byte wanted.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The rest of the file and the size of the whole; null when there is no such file.</returns>
    /// <exception cref="RemoteStoreException">The store cannot be used.</exception>
    Task<RemoteFile?> OpenAsync(string name, long offset, CancellationToken cancellationToken);

    /// <summary>Puts a file there, in place of one of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">The file on this machine.</param>
    /// <param name="cancellationToken">Stops; nothing is left that others see.</param>
    /// <returns>A task that ends when the file is there, whole and durable.</returns>
    /// <exception cref="RemoteStoreException">The store cannot be used.</exception>
    Task PutAsync(string name, string path, CancellationToken cancellationToken);
}

/// <summary>A file of a shared store, opened.</summary>
/// <param name="Content">Bytes from the offset asked for; disposed by the reader.</param>
/// <param name="Size">Bytes of the whole file.</param>
public sealed record RemoteFile(Stream Content, long Size);
