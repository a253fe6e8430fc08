using System.Globalization;
using System.Runtime.InteropServices;

namespace Zephyr.Experiments.Store.Hashing;

/// <summary>
/// What tells a file from what it was before without reading it: size, times in nanoseconds, inode and device. The kernel moves the
/// change time whenever content or times are written and no program can set it, so a file whose modification time was put back has
/// another identity too.
/// </summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Modified">Modification time, nanoseconds since 1970.</param>
/// <param name="Changed">Change time, nanoseconds since 1970.</param>
/// <param name="Inode">Number of the inode.</param>
/// <param name="Device">Number of the device.</param>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct FileIdentity(long Size, long Modified, long Changed, ulong Inode, ulong Device)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStatistics = 0x7ff; // STATX_BASIC_STATS
    private const uint TypeMask = 0xf000;
    private const uint RegularFile = 0x8000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // Coarsest clock of a file system in use (two seconds, FAT): a file changed this close to its hashing may change again unseen.
    private static readonly TimeSpan s_granularity = TimeSpan.FromSeconds(2);

    /// <summary>The identity of a file; of what it points to for a link.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The identity; null when there is no such plain file, or the system does not tell (other than Linux).</returns>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Statx status = default;
        try
        {
            if (Query(CurrentFolder, path, 0, BasicStatistics, ref status) != 0 || (status.Mode & TypeMask) != RegularFile)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library older than statx: files are hashed each time
        }

        return new FileIdentity(
            (long)status.Size, Nanoseconds(status.Modified), Nanoseconds(status.Changed), status.Inode, ((ulong)status.DeviceMajor << 32) | status.DeviceMinor);
    }

    /// <summary>Whether the file was left alone long enough before a moment that a later change must show in its times.</summary>
    /// <param name="moment">When hashing began.</param>
    /// <returns>Whether a hash taken then may be remembered.</returns>
    public bool IsSettled(DateTimeOffset moment)
    {
        var limit = (moment - DateTimeOffset.UnixEpoch - s_granularity).Ticks * TimeSpan.NanosecondsPerTick;
        return Modified <= limit && Changed <= limit;
    }

    /// <summary>The identity as five numbers.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Size} {Modified} {Changed} {Inode} {Device}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="words">Five words.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="FormatException">A word is no such number.</exception>
    public static FileIdentity Parse(ReadOnlySpan<string> words)
    {
        var culture = CultureInfo.InvariantCulture;
        return new FileIdentity(
            long.Parse(words[0], culture), long.Parse(words[1], culture), long.Parse(words[2], culture), ulong.Parse(words[3], culture), ulong.Parse(words[4], culture));
    }

    private static long Nanoseconds(Timestamp time) => (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(int folder, string path, int flags, uint mask, ref Statx status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Reserved;
    }

    // struct statx is the same on every Linux.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Statx
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint Links;
        public uint User;
        public uint Group;
        public ushort Mode;
        public ushort Spare;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        public Timestamp Accessed;
        public Timestamp Born;
        public Timestamp Changed;
        public Timestamp Modified;
        public uint SpecialMajor;
        public uint SpecialMinor;
        public uint DeviceMajor;
        public uint DeviceMinor;
    }
}
