using System.Security.Cryptography;

namespace Zephyr.Experiments.Store.Remote;

/// <summary>
/// A shared store in a folder, such as a network mount: files are written under <c>incoming/</c>, forced to the disk and renamed. What a
/// killed process left there is removed by whoever writes next, a day later.
/// </summary>
public sealed class FolderRemoteStore : IRemoteStore
{
    /// <summary>Folder of files on their way, below that of the store.</summary>
    internal const string IncomingName = "incoming";

    /// <summary>A file on its way is written to all the time, so that it is this old only when nobody writes it any more.</summary>
    internal static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly IFileSystem _files;
    private int _isSwept;

    /// <summary>Opens the store.</summary>
    /// <param name="folder">Full path of a folder that exists.</param>
    /// <param name="files">The file system.</param>
    /// <exception cref="RemoteStoreException">There is no such folder.</exception>
    public FolderRemoteStore(string folder, IFileSystem files)
    {
        _folder = folder;
        _files = files;

        // A folder made here would lie under the mount point of a network disk that is not mounted.
        if (!Directory.Exists(folder))
        {
            throw new RemoteStoreException($"The shared store {folder} does not exist: mount it, or make the folder once by hand.");
        }
    }

    /// <inheritdoc />
    public string Address => _folder;

    /// <inheritdoc />
    public Task<long?> SizeAsync(string name, CancellationToken cancellationToken) =>
        Do<long?>(name, () => new FileInfo(PathOf(name)) is { Exists: true } file ? file.Length : null);

    /// <inheritdoc />
    public Task<RemoteFile?> OpenAsync(string name, long offset, CancellationToken cancellationToken) => Do(name, () =>
    {
        if (!File.Exists(PathOf(name)))
        {
            return null;
        }

        var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        file.Seek(Math.Min(offset, file.Length), SeekOrigin.Begin);
        return new RemoteFile(file, file.Length);
    });

    /// <inheritdoc />
    public async Task PutAsync(string name, string path, CancellationToken cancellationToken)
    {
        var incoming = Path.Combine(_folder, IncomingName);
        var temporary = Path.Combine(incoming, RandomNumberGenerator.GetHexString(32, lowercase: true));
        var target = PathOf(name);
        try
        {
            _files.CreateFolder(incoming);
            await using (var source = File.OpenRead(path))
            await using (var copy = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                SweepOnce(incoming, temporary);
                await source.CopyToAsync(copy, 1 << 20, cancellationToken);
            }

            _files.FlushFile(temporary);
            _files.CreateFolder(Path.GetDirectoryName(target)!);
            _files.MoveFile(temporary, target);
            _files.FlushFolder(Path.GetDirectoryName(target)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(name, failure);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }

    // Ages are told by the file just made there: clocks of machines that share a disk may differ.
    private void SweepOnce(string incoming, string own)
    {
        if (Interlocked.Exchange(ref _isSwept, 1) != 0)
        {
            return;
        }

        var now = File.GetLastWriteTimeUtc(own);
        foreach (var left in Directory.EnumerateFiles(incoming).Where(path => now - File.GetLastWriteTimeUtc(path) > Abandoned))
        {
            try
            {
                _files.DeleteFile(left);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is another user's, who alone may remove it, or somebody has just done so. What is sent does not depend on it.
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, Path.Combine(name.Split('/')));

    private Task<T> Do<T>(string name, Func<T> call)
    {
        try
        {
            return Task.FromResult(call());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Task.FromException<T>(Failed(name, failure));
        }
    }

    private RemoteStoreException Failed(string name, Exception failure) =>
        new($"The shared store {_folder} cannot be used for {name}: {failure.Message}", failure) { IsTransient = failure is IOException and not FileNotFoundException and not DirectoryNotFoundException && failure.HResult != 28 };
}
