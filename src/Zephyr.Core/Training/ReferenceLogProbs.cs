using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Zephyr.Core.Checkpoints;
using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Memory;
using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>
/// Summed completion log-probabilities of every preference pair under the reference model, float32, in row order. They are computed
/// once and reused whatever beta or learning rate dDPO takes.
/// </summary>
/// <param name="Chosen">Of the chosen completions, one a pair.</param>
/// <param name="Rejected">Of the rejected completions, one a pair.</param>
/// <param name="RowsHash">SHA-256 over the pairs' token ids, hexadecimal: the pairs these numbers belong to.</param>
public sealed record ReferenceLogProbs(float[] Chosen, float[] Rejected, string RowsHash)
{
    /// <summary>Number of pairs.</summary>
    public int Count => Chosen.Length;

    /// <summary>The scores of a pair.</summary>
    /// <param name="index">The pair, in row order.</param>
    /// <returns>Its scores.</returns>
    public CompletionScores this[int index] => new(Chosen[index], Rejected[index]);

    /// <summary>Scores every pair.</summary>
    /// <param name="model">The reference model.</param>
    /// <param name="rows">The pairs.</param>
    /// <param name="options">Pairs in one forward pass.</param>
    /// <param name="progress">Told the number of pairs done.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>The log-probabilities.</returns>
    /// <exception cref="ZephyrException">A pair is empty, or a log-probability is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static ReferenceLogProbs Compute(
        DecoderModel model,
        PreferenceRows rows,
        ReferenceOptions options,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var (chosen, rejected) = (new float[rows.Count], new float[rows.Count]);
        using var noGrad = no_grad();
        var batcher = new PreferenceBatcher(rows, options.BatchSize, accumulationSteps: 1, seed: 0);
        var done = 0L;
        for (var index = 0; index < batcher.BatchesPerEpoch; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = batcher.BatchInOrder(index);
            var scores = PreferenceScoring.Read(PreferenceScoring.LogProbs(model, batch));
            for (var i = 0; i < batch.Pairs; i++)
            {
                var row = batch.Rows[i];
                if (!double.IsFinite(scores[i].Chosen) || !double.IsFinite(scores[i].Rejected))
                {
                    throw new ZephyrException($"Preference pair {row} (counted from 0) has a log-probability that is not finite under the reference model. Lower dsft.learning_rate, or look at that row.");
                }

                chosen[row] = (float)scores[i].Chosen;
                rejected[row] = (float)scores[i].Rejected;
            }

            ProcessMemory.ReturnFreedTensors(); // the next batch has another length
            done += batch.Pairs;
            progress?.Report(done);
        }

        return new ReferenceLogProbs(chosen, rejected, Hash(rows));
    }

    /// <summary>SHA-256 over the token ids of pairs, with their lengths, in row order.</summary>
    /// <param name="rows">The pairs.</param>
    /// <returns>The hash, hexadecimal.</returns>
    public static string Hash(PreferenceRows rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<int> lengths = stackalloc int[3];
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            lengths[0] = row.PromptIds.Length;
            lengths[1] = row.ChosenIds.Length;
            lengths[2] = row.RejectedIds.Length;
            hash.AppendData(MemoryMarshal.AsBytes(lengths));
            hash.AppendData(MemoryMarshal.AsBytes(row.PromptIds));
            hash.AppendData(MemoryMarshal.AsBytes(row.ChosenIds));
            hash.AppendData(MemoryMarshal.AsBytes(row.RejectedIds));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes the log-probabilities to a safetensors file: <c>chosen</c> and <c>rejected</c>, F32 <c>[pairs]</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ZephyrException">The file cannot be written.</exception>
    public void Save(string path) => SafetensorsWriter.Write(
        path,
        [
            new("chosen", SafetensorsType.Float32, [Count], () => MemoryMarshal.AsBytes(Chosen.AsSpan()).ToArray()),
            new("rejected", SafetensorsType.Float32, [Count], () => MemoryMarshal.AsBytes(Rejected.AsSpan()).ToArray()),
        ],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt",
            ["rows"] = Count.ToString(CultureInfo.InvariantCulture),
            ["rows_sha256"] = RowsHash,
        });

    /// <summary>Reads the log-probabilities of given pairs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">The pairs.</param>
    /// <returns>The log-probabilities.</returns>
    /// <exception cref="ZephyrException">The file is damaged, or belongs to other pairs.</exception>
    public static ReferenceLogProbs Load(string path, PreferenceRows rows)
    {
        using var file = SafetensorsFile.Open(path);
        var expected = Hash(rows);
        if (!file.Metadata.TryGetValue("rows_sha256", out var hash) || !string.Equals(hash, expected, StringComparison.Ordinal))
        {
            throw new ZephyrException($"{path}: these reference log-probabilities belong to other preference pairs. Run the reference stage again.");
        }

        var chosen = file.Bytes(file.Entry("chosen", SafetensorsType.Float32, rows.Count));
        var rejected = file.Bytes(file.Entry("rejected", SafetensorsType.Float32, rows.Count));
        return new ReferenceLogProbs(MemoryMarshal.Cast<byte, float>(chosen).ToArray(), MemoryMarshal.Cast<byte, float>(rejected).ToArray(), hash);
    }
}
