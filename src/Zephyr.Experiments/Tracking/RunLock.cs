using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tracking;

/// <summary>
/// A kernel lock on a file: it is held by one open handle, in this process or another, and the kernel frees it when the
/// holder dies, so no lock is ever removed by hand. The empty file stays.
/// </summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if nobody holds it.</summary>
    /// <param name="path">The lock file.</param>
    /// <returns>The held lock; null when somebody else holds it.</returns>
    /// <exception cref="IOException">The file cannot be opened or made, such as on a disk that is read-only or full.</exception>
    public static RunLock? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (StoreLock.IsHeldByAnother(e))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock file.</param>
    /// <returns>The held lock.</returns>
    /// <exception cref="IOException">Nobody let go of it for a minute, or the file cannot be opened or made.</exception>
    public static RunLock Wait(string path)
    {
        for (var attempt = 0; attempt < 6000; attempt++)
        {
            if (TryTake(path) is { } held)
            {
                return held;
            }

            Thread.Sleep(10);
        }

        throw new IOException($"{path}: another process has held this lock for a minute. Wait for it to end, then try again.");
    }

    /// <summary>Lets go of the lock.</summary>
    public void Dispose() => _file.Dispose();
}
