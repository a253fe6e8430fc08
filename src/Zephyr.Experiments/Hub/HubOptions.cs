using Zephyr.Core;

namespace Zephyr.Experiments.Hub;

/// <summary>How to reach the hub and where its files are kept, from the variables its users know.</summary>
public sealed class HubOptions
{
    private const int LongestToken = 4096;
    private readonly string? _token;

    /// <summary>Creates the options.</summary>
    /// <param name="endpoint">Address of the hub, http or https.</param>
    /// <param name="cache">Folder of the cache; made when something is fetched.</param>
    /// <param name="token">Access token; null for none.</param>
    /// <exception cref="ZephyrException">The address cannot be used, or the token would travel unprotected.</exception>
    public HubOptions(string endpoint, string cache, string? token = null)
    {
        if (!Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0)
        {
            throw new ZephyrException("HF_ENDPOINT: must be an http or https address without user and password, such as https://huggingface.co.");
        }

        if (token is not null && uri.Scheme == "http" && !uri.IsLoopback)
        {
            throw new ZephyrException("HF_ENDPOINT: an access token is set, and over http it would travel unprotected. Use an https address, or unset HF_TOKEN.");
        }

        if (token is not null && (token.Length > LongestToken || token.Any(static c => c is <= ' ' or >= '\x7f')))
        {
            throw new ZephyrException("HF_TOKEN: is no access token: it holds spaces, line breaks or letters that no token has. Copy it again from your account's settings.");
        }

        Endpoint = uri;
        Cache = cache;
        _token = token;
    }

    /// <summary>Address of the hub, ending in a slash.</summary>
    public Uri Endpoint { get; }

    /// <summary>Folder of the cache.</summary>
    public string Cache { get; }

    /// <summary>Whether only what is on this machine may be used.</summary>
    public bool Offline { get; init; }

    /// <summary>Tries after the first before a request is given up.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Longest time without an answer, or without a byte of one.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Files fetched at the same time.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Whether there is an access token.</summary>
    public bool HasToken => _token is not null;

    /// <summary>Reads the options from the environment: HF_ENDPOINT, HF_TOKEN (else HF_TOKEN_PATH, else the token file of HF_HOME), HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE.</summary>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    /// <param name="offline">Whether <c>--offline</c> was given.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ZephyrException">A variable has a value that cannot be used.</exception>
    public static HubOptions FromEnvironment(Func<string, string?> variable, bool offline = false)
    {
        var home = Text("HF_HOME") ?? Path.Combine(
            Text("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "huggingface");
        return new HubOptions(Text("HF_ENDPOINT") ?? "https://huggingface.co", Path.GetFullPath(Text("HF_HUB_CACHE") ?? Path.Combine(home, "hub")), Token(home))
        {
            Offline = offline || Switch("HF_HUB_OFFLINE"),
        };

        string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;

        bool Switch(string name) => (Text(name) ?? "0").ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => true,
            "0" or "FALSE" or "NO" or "OFF" => false,
            _ => throw new ZephyrException($"{name}: write 1 or 0."),
        };

        string? Token(string folder)
        {
            if (Text("HF_TOKEN") is { } given)
            {
                return given;
            }

            var path = Text("HF_TOKEN_PATH") ?? Path.Combine(folder, "token");
            try
            {
                return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } stored ? stored : null;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new ZephyrException($"{path}: the access token cannot be read ({failure.Message}). Correct its permissions, or set HF_TOKEN.", failure);
            }
        }
    }

    /// <summary>The header that carries the token to an address: only to the endpoint's own scheme, host and port.</summary>
    /// <param name="address">Where a request goes.</param>
    /// <returns>The header; null when there is no token or the address belongs to another.</returns>
    internal System.Net.Http.Headers.AuthenticationHeaderValue? Authorization(Uri address) =>
        _token is not null && IsEndpoint(address) ? new("Bearer", _token) : null;

    /// <summary>Whether an address belongs to the endpoint.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Whether scheme, host and port are the endpoint's.</returns>
    internal bool IsEndpoint(Uri address) => Uri.Compare(
        address, Endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>The address alone: the token never reaches a log.</summary>
    /// <returns>Address of the hub.</returns>
    public override string ToString() => Endpoint.ToString().TrimEnd('/');
}
