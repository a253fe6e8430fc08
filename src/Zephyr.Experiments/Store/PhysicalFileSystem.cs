using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Zephyr.Experiments.Store;

/// <summary>The real file system.</summary>
public sealed partial class PhysicalFileSystem : IFileSystem
{
    private const int OpenFolder = 0x10000; // O_RDONLY | O_DIRECTORY on x64 Linux; fsync needs only a descriptor
    private const ulong CloneFile = 0x40049409; // FICLONE

    /// <summary>Modification time of sealed objects: a file written to afterwards shows it.</summary>
    public static DateTime SealTime { get; } = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <inheritdoc />
    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc />
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
    }

    /// <inheritdoc />
    public void FlushFile(string path)
    {
        // Objects are read-only, and a descriptor for reading can force a file to the disk everywhere but on Windows.
        using var file = File.OpenHandle(path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <inheritdoc />
    public void FlushFolder(string path)
    {
        // Elsewhere a rename is as durable as the file system makes it.
        if (OperatingSystem.IsLinux())
        {
            WithFolder(path, Sync);
        }
    }

    /// <inheritdoc />
    public bool FlushAll(string path)
    {
        // Before Linux 5.8 the call did not report failed writes.
        if (!OperatingSystem.IsLinux() || Environment.OSVersion.Version < new Version(5, 8))
        {
            return false;
        }

        WithFolder(path, SyncDisk);
        return true;
    }

    /// <inheritdoc />
    public void MoveFile(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc />
    public void MoveFolder(string from, string to) => Directory.Move(from, to);

    /// <inheritdoc />
    public void DeleteFile(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <inheritdoc />
    public void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc />
    public void Seal(string path)
    {
        File.SetLastWriteTimeUtc(path, SealTime);
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, FileAttributes.ReadOnly);
        }
        else
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    /// <inheritdoc />
    public void Share(string from, string to)
    {
        if (TryClone(from, to))
        {
            Seal(to);
        }
        else if (!OperatingSystem.IsLinux() || Link(from, to) != 0)
        {
            File.Copy(from, to);
            Seal(to);
        }
    }

    /// <inheritdoc />
    public void ShareApart(string from, string to)
    {
        if (!TryClone(from, to))
        {
            File.Copy(from, to);
        }

        Seal(to);
    }

    private static void WithFolder(string path, Func<int, int> call)
    {
        var descriptor = Open(path, RuntimeInformation.ProcessArchitecture == Architecture.X64 ? OpenFolder : 0);
        var failed = descriptor < 0 || call(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }

        if (failed)
        {
            throw new IOException($"{path} cannot be forced to the disk: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    private static bool TryClone(string from, string to)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using (var source = File.OpenHandle(from))
        using (var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            if (Control(target, CloneFile, source) == 0)
            {
                return true;
            }
        }

        File.Delete(to);
        return false;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncDisk(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle target, ulong request, SafeFileHandle source);
}
