using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Zephyr.Core.Data;

/// <summary>Turns preference pairs into conversations to imitate: each prompt with its preferred answer.</summary>
public static class ChosenRows
{
    /// <summary>Writes a file for <see cref="TokenRows"/>; the loss counts the answer with its end token.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="path">The file.</param>
    /// <returns>
    /// Pairs left out because their prompt and preferred answer came before: several pairs may be made of one list of rated answers, and
    /// its best one is to be learnt once.
    /// </returns>
    /// <exception cref="ZephyrException">The file cannot be written.</exception>
    public static int Write(PreferenceRows pairs, string path)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        using var writer = new TokenRowsWriter(path);
        var seen = new HashSet<UInt128>();
        var duplicates = 0;
        for (var i = 0; i < pairs.Count; i++)
        {
            var pair = pairs[i];
            int[] ids = [.. pair.PromptIds, .. pair.ChosenIds];
            var mask = new byte[ids.Length];
            mask.AsSpan(pair.PromptIds.Length).Fill(1);
            if (seen.Add(Identity(ids, pair.PromptIds.Length)))
            {
                writer.Add(ids, mask);
            }
            else
            {
                duplicates++;
            }
        }

        writer.Complete();
        return duplicates;
    }

    // 128 bits of SHA-256: no two of a billion rows meet by chance.
    private static UInt128 Identity(ReadOnlySpan<int> ids, int promptLength)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in promptLength)));
        hash.AppendData(MemoryMarshal.AsBytes(ids));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }
}
