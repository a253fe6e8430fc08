using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>Signature version 4 as a server computes it, from AWS's description; checked against AWS's published examples.</summary>
internal static class AwsSignature
{
    /// <summary>The signature of a request.</summary>
    public static string Of(
        string method, string path, IEnumerable<KeyValuePair<string, string>> query, IReadOnlyList<KeyValuePair<string, string>> signedHeaders,
        string payloadHash, string time, string region, string secret)
    {
        var canonical = string.Join('\n',
            method,
            string.Join('/', path.Split('/').Select(Uri.EscapeDataString)),
            string.Join('&', query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}").Order(StringComparer.Ordinal)),
            string.Concat(signedHeaders.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}:{header.Value.Trim()}\n")),
            string.Join(';', signedHeaders.Select(header => header.Key).Order(StringComparer.Ordinal)),
            payloadHash);
        var day = time[..8];
        var text = $"AWS4-HMAC-SHA256\n{time}\n{day}/{region}/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = new[] { day, region, "s3", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Mac);
        return Convert.ToHexStringLower(Mac(key, text));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
