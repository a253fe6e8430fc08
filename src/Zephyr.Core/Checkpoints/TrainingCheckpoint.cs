using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Core.Checkpoints;

/// <summary>A checkpoint found on disk and verified.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="State">Where the run stands.</param>
public sealed record LoadedCheckpoint(string Folder, TrainingState State)
{
    /// <summary>Opens one of the tensor files saved with the checkpoint.</summary>
    /// <param name="name">The name it was saved under, such as <c>weights</c>.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ZephyrException">The file is missing or damaged.</exception>
    public SafetensorsFile Open(string name) => SafetensorsFile.Open(Path.Combine(Folder, name + ".safetensors"));
}

/// <summary>
/// The checkpoints of one training run: a folder with one sub-folder for each, named by its step. A checkpoint appears by one
/// rename, so it is whole or not there; the newest two are kept, so that one damaged on disk never loses the run.
/// </summary>
/// <param name="folder">The run's checkpoint folder; made when it does not exist.</param>
/// <param name="identity">Settings and data of this run, to refuse a checkpoint of another.</param>
public sealed class TrainingCheckpoint(string folder, string identity)
{
    private const string Prefix = "step-";
    private const string SumsFile = "SHA256SUMS";
    private const int Kept = 2;

    /// <summary>Publishes a checkpoint of this run.</summary>
    /// <param name="step">Optimizer steps taken.</param>
    /// <param name="tokens">Non-padding tokens trained on so far.</param>
    /// <param name="history">Deterministic metrics of every step taken.</param>
    /// <param name="files">Tensor files by name, such as <c>weights</c> and <c>optimizer</c>.</param>
    /// <exception cref="ZephyrException">The disk is full or cannot be written; earlier checkpoints are untouched.</exception>
    public void Save(
        int step,
        long tokens,
        IReadOnlyList<IReadOnlyDictionary<string, double>> history,
        IReadOnlyDictionary<string, IReadOnlyList<SafetensorsContent>> files) => Save(new TrainingState(identity, step, tokens, history), files);

    /// <summary>Publishes a checkpoint and drops those older than the one before it. An existing one of the same step is left as it is.</summary>
    /// <param name="state">Where the run stands.</param>
    /// <param name="files">Tensor files by name, such as <c>weights</c> and <c>optimizer</c>.</param>
    /// <exception cref="ZephyrException">The disk is full or cannot be written; earlier checkpoints are untouched.</exception>
    public void Save(TrainingState state, IReadOnlyDictionary<string, IReadOnlyList<SafetensorsContent>> files)
    {
        var target = Path.Combine(folder, $"{Prefix}{state.Step:D10}");
        if (Directory.Exists(target))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        DurableStorage.SweepTemporaries(folder);
        DurableStorage.PublishFolder(target, temporary =>
        {
            foreach (var (name, tensors) in files)
            {
                SafetensorsWriter.Write(Path.Combine(temporary, name + ".safetensors"), tensors);
            }

            TrainingStateFile.Write(Path.Combine(temporary, TrainingStateFile.FileName), state);
            var sums = new StringBuilder();
            foreach (var path in Directory.GetFiles(temporary).Order(StringComparer.Ordinal))
            {
                sums.Append(Hash(path)).Append("  ").Append(Path.GetFileName(path)).Append('\n');
            }

            DurableStorage.WriteFile(Path.Combine(temporary, SumsFile), stream => stream.Write(Encoding.UTF8.GetBytes(sums.ToString())));
        });
        foreach (var old in Newest().Skip(Kept))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <summary>
    /// Finds the newest checkpoint whose files all match their hashes, and removes damaged ones after it and what a killed writer left behind.
    /// </summary>
    /// <param name="note">Receives one line for each damaged checkpoint removed, naming its file.</param>
    /// <returns>The checkpoint, or null when there is none at all: the run starts at its beginning.</returns>
    /// <exception cref="ZephyrException">
    /// Checkpoints are there and every one is damaged (a run never starts again silently), or the newest sound one belongs to other
    /// settings or data.
    /// </exception>
    public LoadedCheckpoint? Load(Action<string> note)
    {
        DurableStorage.SweepTemporaries(folder);
        var damage = new List<(string Folder, string Problem)>();
        foreach (var candidate in Newest())
        {
            if (FindDamage(candidate) is { } problem)
            {
                damage.Add((candidate, problem));
                continue;
            }

            var state = TrainingStateFile.Read(Path.Combine(candidate, TrainingStateFile.FileName));
            if (!string.Equals(state.Identity, identity, StringComparison.Ordinal))
            {
                throw new ZephyrException(
                    $"{candidate}: this checkpoint was written with other settings or data ({state.Identity}) than now ({identity}). Use another folder, or delete this one to start again.");
            }

            // A damaged one that stayed would stand in the way of a new one of its step, and count as one of the two that are kept.
            foreach (var (damaged, reason) in damage)
            {
                Directory.Delete(damaged, recursive: true);
                note($"{reason}; it was removed, continuing from the checkpoint before it, step {state.Step}");
            }

            return new LoadedCheckpoint(candidate, state);
        }

        return damage.Count == 0
            ? null
            : throw new ZephyrException($"No checkpoint can be used: {string.Join("; ", damage.Select(static item => item.Problem))}. Delete {folder} to start this stage again.");
    }

    private static string? FindDamage(string checkpoint)
    {
        var sumsPath = Path.Combine(checkpoint, SumsFile);
        if (!File.Exists(sumsPath))
        {
            return $"{sumsPath} is missing";
        }

        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadAllLines(sumsPath))
        {
            if (line.Length < 67 || !string.Equals(Path.GetFileName(line[66..]), line[66..], StringComparison.Ordinal))
            {
                return $"{sumsPath} is damaged";
            }

            var path = Path.Combine(checkpoint, line[66..]);
            listed.Add(line[66..]);
            if (!File.Exists(path))
            {
                return $"{path} is missing";
            }

            if (!string.Equals(Hash(path), line[..64], StringComparison.Ordinal))
            {
                return $"{path} does not match its hash";
            }
        }

        return listed.Contains(TrainingStateFile.FileName) ? null : $"{sumsPath} is damaged";
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private IEnumerable<string> Newest() => Directory.Exists(folder)
        ? Directory.GetDirectories(folder, Prefix + "*").OrderByDescending(static path => Path.GetFileName(path), StringComparer.Ordinal)
        : [];
}
