using System.Runtime.InteropServices;

namespace Zephyr.Core.Checkpoints;

/// <summary>
/// Writing that survives a crash: a file or folder appears under its name complete and on disk, or not at all. Content goes to a
/// temporary neighbour, is flushed to the device, and is renamed; then the parent folder is flushed.
/// </summary>
public static partial class DurableStorage
{
    /// <summary>Prefix of the temporary files and folders written before the rename.</summary>
    public const string TemporaryPrefix = ".writing-";

    /// <summary>Writes a file through a temporary neighbour and one rename.</summary>
    /// <param name="path">The file to appear or be replaced.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <exception cref="ZephyrException">The disk is full or the folder cannot be written; the old file, if any, is untouched.</exception>
    public static void WriteFile(string path, Action<Stream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, TemporaryPrefix + Path.GetFileName(path));
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            FlushFolder(folder);
        }
        catch (Exception exception)
        {
            DeleteQuietly(temporary);
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new ZephyrException($"{path}: writing failed ({exception.Message}). Free space or permissions on that disk, then run again.", exception);
            }

            throw;
        }
    }

    /// <summary>Makes a folder appear whole by one rename.</summary>
    /// <param name="path">The folder to appear; an existing one is an error.</param>
    /// <param name="fill">Fills the temporary folder it is given; files must be flushed by their writers (<see cref="WriteFile"/> does).</param>
    /// <exception cref="ZephyrException">The disk is full or the folder cannot be written; nothing appears under the name.</exception>
    public static void PublishFolder(string path, Action<string> fill)
    {
        var parent = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(parent, TemporaryPrefix + Path.GetFileName(path));
        try
        {
            Directory.CreateDirectory(parent);
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            Directory.CreateDirectory(temporary);
            fill(temporary);
            FlushFolder(temporary);
            Directory.Move(temporary, path);
            FlushFolder(parent);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: writing failed ({exception.Message}). Free space or permissions on that disk, then run again.", exception);
        }
    }

    /// <summary>Removes what a killed writer left in a folder.</summary>
    /// <param name="folder">The folder; one that does not exist is left alone.</param>
    /// <returns>How many temporaries were removed.</returns>
    public static int SweepTemporaries(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        var orphans = Directory.GetFileSystemEntries(folder, TemporaryPrefix + "*");
        foreach (var orphan in orphans)
        {
            if (Directory.Exists(orphan))
            {
                Directory.Delete(orphan, recursive: true);
            }
            else
            {
                File.Delete(orphan);
            }
        }

        return orphans.Length;
    }

    /// <summary>Flushes a folder's entries to the device, so that a rename inside it survives power loss. Does nothing on Windows.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, 0);
        if (descriptor < 0)
        {
            throw new IOException($"{folder}: the folder cannot be opened for flushing (errno {Marshal.GetLastPInvokeError()})");
        }

        var failed = Flush(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed)
        {
            throw new IOException($"{folder}: the folder cannot be flushed (errno {error})");
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report; the orphan is swept before the next write.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
