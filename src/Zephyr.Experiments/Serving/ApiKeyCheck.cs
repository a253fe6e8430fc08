using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Experiments.Serving;

/// <summary>Compares the key of a request with the server's, in a time that tells nothing of either.</summary>
internal sealed class ApiKeyCheck
{
    private const string Scheme = "Bearer ";
    private readonly byte[]? _expected;

    /// <summary>Prepares the check.</summary>
    /// <param name="key">The server's key; null lets every request pass.</param>
    public ApiKeyCheck(string? key) => _expected = key is null ? null : Digest(key);

    /// <summary>Whether a request may pass.</summary>
    /// <param name="authorization">Its header <c>Authorization</c>.</param>
    public bool Accepts(string? authorization)
    {
        if (_expected is null)
        {
            return true;
        }

        // Hashes have one length, so even that of the key stays unknown.
        var given = authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
        return CryptographicOperations.FixedTimeEquals(Digest(given), _expected);
    }

    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
