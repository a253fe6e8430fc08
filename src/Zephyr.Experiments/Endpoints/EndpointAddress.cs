namespace Zephyr.Experiments.Endpoints;

/// <summary>Checks addresses of endpoints before anything is sent to them.</summary>
internal static class EndpointAddress
{
    /// <summary>What is wrong with an address, to be put after the setting's name.</summary>
    /// <param name="address">The address.</param>
    /// <param name="hasKey">Whether a key would be sent.</param>
    /// <returns>A message that does not repeat what may be a secret; null when the address is sound.</returns>
    public static string? Problem(string address, bool hasKey)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return "must be an address such as https://api.openai.com/v1 or http://127.0.0.1:8000/v1";
        }

        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return "must hold no user, password, query or fragment: keys come from the environment, by key_variable";
        }

        return uri.Scheme == Uri.UriSchemeHttp && hasKey && !uri.IsLoopback
            ? $"must be https: the key would go to {uri.Host} in the clear; for an endpoint in your own network without a key leave key_variable out"
            : null;
    }
}
