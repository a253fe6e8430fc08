using System.Collections.Concurrent;
using Zephyr.Core;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Store.Hashing;

/// <summary>
/// Content hashes of files and folders that settings name. Files are hashed side by side; one that has not changed since it was hashed
/// is not read again. What was changed within the granularity of a file system's clock is never remembered.
/// </summary>
/// <param name="index">Remembers hashes.</param>
/// <param name="clock">Tells when hashing begins.</param>
/// <param name="smallest">Inputs with fewer bytes are hashed each time: looking them up would take as long.</param>
public sealed class InputHashes(HashIndex index, TimeProvider clock, long smallest = InputHashes.Smallest)
{
    /// <summary>Inputs below this size, 1 MiB, are not remembered.</summary>
    public const long Smallest = 1 << 20;

    // More readers than this only make a disk seek.
    private const int MostReaders = 8;

    /// <summary>Files hashed at the same time.</summary>
    public static int Readers { get; } = Math.Clamp(Environment.ProcessorCount, 1, MostReaders);

    /// <summary>What remembers hashes.</summary>
    public HashIndex Index { get; } = index;

    /// <summary>Hash of a file, or of every file below a folder with its relative path.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="setting">Name of the setting that names it, for the message.</param>
    /// <param name="cancellationToken">Stops a long hash.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    /// <exception cref="ZephyrException">There is no such file or folder, or it cannot be read.</exception>
    public string OfPath(string path, string setting, CancellationToken cancellationToken = default) => OfPaths([(path, setting)], cancellationToken)[0];

    /// <summary>Hashes of several files or folders, all their files side by side.</summary>
    /// <param name="paths">Files or folders with the names of the settings that name them.</param>
    /// <param name="cancellationToken">Stops a long hash.</param>
    /// <returns>A hash for each, 64 lower-case hexadecimal digits.</returns>
    /// <exception cref="ZephyrException">There is no such file or folder, or it cannot be read.</exception>
    public IReadOnlyList<string> OfPaths(IReadOnlyList<(string Path, string Setting)> paths, CancellationToken cancellationToken)
    {
        var start = clock.GetUtcNow();
        var inputs = paths.Select(item => new Input(item.Path, item.Setting, Index.Read(item.Path))).ToList();
        SideBySide(inputs.SelectMany(static input => input.Files, static (input, file) => (input, file)), item => item.input.Hash(item.file, cancellationToken), cancellationToken);
        foreach (var input in inputs.Where(input => input.IsNews && input.Bytes >= smallest))
        {
            Index.Write(input.Path, input.Hashed.Where(file => file.Identity is { } identity && identity.IsSettled(start))
                .Select(static file => new HashedFile(file.Path, file.Identity!.Value, file.Sha256)).OrderBy(static file => file.Path, StringComparer.Ordinal));
        }

        return [.. inputs.Select(static input => input.Whole())];
    }

    /// <summary>Runs an action for each item, as many at a time as there are readers; the first failure comes out as it is.</summary>
    /// <typeparam name="T">Kind of item.</typeparam>
    /// <param name="items">The items; one is taken at a time, so that two large ones never wait for each other.</param>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static void SideBySide<T>(IEnumerable<T> items, Action<T> action, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.ForEach(
                Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken },
                action);
        }
        catch (AggregateException failures)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.Flatten().InnerExceptions[0]);
        }
    }

    private sealed class Input
    {
        private readonly string _setting;
        private readonly IReadOnlyDictionary<string, HashedFile> _known;
        private readonly bool _isFolder;
        private int _news;

        public Input(string path, string setting, IReadOnlyDictionary<string, HashedFile> known)
        {
            Path = path;
            _setting = setting;
            _known = known;
            try
            {
                _isFolder = Directory.Exists(path);
                Files = _isFolder ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)] : [path];
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(failure);
            }
        }

        public string Path { get; }

        public IReadOnlyList<string> Files { get; }

        public ConcurrentBag<(string Path, long Size, string Sha256, FileIdentity? Identity)> Hashed { get; } = [];

        // A file that is gone leaves its line behind until something else is written.
        public bool IsNews => _news > 0;

        public long Bytes => Hashed.Sum(static file => file.Size);

        public void Hash(string file, CancellationToken cancellationToken)
        {
            var path = _isFolder ? System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/') : ".";
            var before = FileIdentity.Of(file);
            if (before is { } identity && _known.TryGetValue(path, out var known) && known.Identity == identity)
            {
                Hashed.Add((path, identity.Size, known.Sha256, identity));
                return;
            }

            try
            {
                var size = before?.Size ?? new FileInfo(file).Length;
                var hash = ContentHash.OfFile(file, cancellationToken);
                Hashed.Add((path, size, hash, FileIdentity.Of(file) == before ? before : null));
                Interlocked.Increment(ref _news);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(failure);
            }
        }

        public string Whole() => _isFolder
            ? ContentHash.OfOutputs([.. Hashed.Select(static file => new StageOutput(file.Path, file.Size, file.Sha256))])
            : Hashed.Single().Sha256;

        private ZephyrException Unreadable(Exception failure) => new($"{Path} (setting {_setting}) cannot be read: {failure.Message}", failure);
    }
}
