using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Core.Data.Mixing;

/// <summary>Remembers which texts have been seen by 128 bits of the SHA-256 of their normalised form: about 32 bytes of memory a row.</summary>
internal sealed class SeenTexts
{
    private readonly HashSet<UInt128> _seen = [];

    /// <summary>Remembers a row.</summary>
    /// <param name="texts">Its texts, in order.</param>
    /// <returns>False when it was seen before.</returns>
    public bool Add(IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            // A byte that is in no UTF-8 text keeps ("ab", "c") and ("a", "bc") apart.
            hash.AppendData(Encoding.UTF8.GetBytes(NormalizedText.Of(text)));
            hash.AppendData([0xFF]);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return _seen.Add(BinaryPrimitives.ReadUInt128LittleEndian(digest));
    }
}
