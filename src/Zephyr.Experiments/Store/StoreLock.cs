using Zephyr.Core;

namespace Zephyr.Experiments.Store;

/// <summary>
/// A lock that the kernel holds for this process: it ends with the process, however that ends, and the file left behind
/// means nothing. One holder at a time, or many that share it.
/// </summary>
public sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Takes a lock.</summary>
    /// <param name="path">The lock file; its folder must exist.</param>
    /// <param name="purpose">What is locked, for messages: <c>experiment zephyr-tiny</c>.</param>
    /// <param name="shared">Whether others may share it.</param>
    /// <param name="wait">Whether to wait for another holder.</param>
    /// <param name="clock">Tells the age of a lock.</param>
    /// <param name="note">Takes one line when waiting starts.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lock; dispose it to let go.</returns>
    /// <exception cref="ZephyrException">Another process holds it and <paramref name="wait"/> is false; names its pid and age.</exception>
    public static async Task<StoreLock> TakeAsync(
        string path, string purpose, bool shared, bool wait, TimeProvider clock, Action<string> note, CancellationToken cancellationToken)
    {
        var (told, looks) = (false, 0);
        while (true)
        {
            if (TryTake(path, shared, clock) is { } taken)
            {
                return taken;
            }

            var holder = Holder(path, clock);
            // A look at whether a lock is free holds it for an instant: one that is really held is held at the second look, too.
            if (!wait && ++looks > 1)
            {
                throw new ZephyrException($"{purpose} is in use by {holder}: wait for it to end, or leave out --no-wait.");
            }

            if (wait && !told)
            {
                note($"waiting for {purpose}, in use by {holder}");
                told = true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken);
        }
    }

    /// <summary>Takes a lock if it is free.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="shared">Whether others may share it.</param>
    /// <param name="clock">Tells the time to write down.</param>
    /// <returns>The lock, or null when another holds it.</returns>
    public static StoreLock? TryTake(string path, bool shared, TimeProvider clock)
    {
        try
        {
            var file = shared ? OpenShared(path) : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            WriteNote(path, clock);
            return new StoreLock(file);
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or PathTooLongException) && IsHeldByAnother(failure))
        {
            return null;
        }
    }

    /// <summary>Who holds a lock, shared or alone. Looks for an instant and does not wait.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="clock">Tells the age of the lock.</param>
    /// <returns>Its last holder's process and age; null when nobody holds it.</returns>
    public static string? FindHolder(string path, TimeProvider clock)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 0).Dispose();
            return null;
        }
        catch (IOException failure) when (IsHeldByAnother(failure))
        {
            return Holder(path, clock);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    /// <summary>Whether a lock file could not be opened because another holds the lock, and for no other reason.</summary>
    /// <param name="failure">What opening it threw.</param>
    /// <returns>Whether it is held.</returns>
    internal static bool IsHeldByAnother(IOException failure) => // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows
        failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static FileStream OpenShared(string path)
    {
        if (!File.Exists(path))
        {
            new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
    }

    // The locked file itself cannot be opened by others; who took it last stands beside it. Only the kernel's lock counts.
    private static string Note(string path) => path + ".holder";

    private static void WriteNote(string path, TimeProvider clock)
    {
        try
        {
            File.WriteAllText(Note(path), $"{Environment.ProcessId} {clock.GetUtcNow().ToUnixTimeSeconds()}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Someone is reading the note of the holder before, or it is another user's: only a name in a message is lost.
        }
    }

    private static string Holder(string path, TimeProvider clock)
    {
        try
        {
            var words = File.ReadAllText(Note(path)).Split(' ');
            if (words.Length == 2 && long.TryParse(words[1], out var since))
            {
                var age = Math.Max(0, clock.GetUtcNow().ToUnixTimeSeconds() - since);
                return $"process {words[0]} since {age} s";
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The holder has just let go or is writing its note: the next attempt tells.
        }

        return "another process";
    }
}
