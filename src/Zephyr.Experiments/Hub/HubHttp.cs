using System.Net;
using System.Net.Http.Headers;

namespace Zephyr.Experiments.Hub;

/// <summary>
/// Sends requests: the token goes to the endpoint alone, redirects are followed by hand so that it stays there, and every answer
/// that is no success becomes a <see cref="HubException"/> that says what to do.
/// </summary>
public sealed class HubHttp : IDisposable
{
    private const int MostRedirects = 10;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;

    /// <summary>Creates the sender.</summary>
    /// <param name="options">Address, token and patience.</param>
    /// <param name="time">The clock.</param>
    public HubHttp(HubOptions options, TimeProvider time)
    {
        Options = options;
        _time = time;
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None, // lengths and ranges count the bytes of the file itself
            ConnectTimeout = options.Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Address, token and patience.</summary>
    public HubOptions Options { get; }

    /// <summary>Asks for an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="subject">What is asked for, for messages: never an address, which may be signed.</param>
    /// <param name="range">First byte wanted; null for the whole.</param>
    /// <param name="validator">ETag of the part already here; null when unknown.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A successful answer whose body has not been read.</returns>
    /// <exception cref="HubException">Anything else.</exception>
    internal async Task<HttpResponseMessage> GetAsync(
        Uri address, HubSubject subject, long? range, EntityTagHeaderValue? validator, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendAsync(address, subject, range, validator, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return Checked(response, subject);
            }

            using (response)
            {
                var target = response.Headers.Location is { } location ? new Uri(address, location) : null;
                if (target is null || target.Scheme is not ("http" or "https") || redirects == MostRedirects)
                {
                    throw new HubException($"{subject}: {Options} sends the request round in circles or nowhere. Check HF_ENDPOINT and any proxy.") { IsTransient = true };
                }

                if (address.Scheme == Uri.UriSchemeHttps && target.Scheme == Uri.UriSchemeHttp)
                {
                    throw new HubException($"{subject}: the server redirects from https to http ({target.Host}), where the file could be changed on the way. It was not followed; check HF_ENDPOINT.");
                }

                address = target;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        Uri address, HubSubject subject, long? range, EntityTagHeaderValue? validator, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = Options.Authorization(address);
        request.Headers.UserAgent.ParseAdd("zephyr");
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (range is { } first)
        {
            request.Headers.Range = new RangeHeaderValue(first, null);
            if (validator is not null)
            {
                request.Headers.IfRange = new RangeConditionHeaderValue(validator);
            }
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Options.Patience);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubException($"{subject}: {address.Host} has not answered for {Options.Patience.TotalSeconds:0} s. Check the network and try again.", failure) { IsTransient = true };
        }
        catch (HttpRequestException failure)
        {
            throw new HubException(
                $"{subject}: {address.Host} cannot be reached ({failure.HttpRequestError}: {failure.Message}). Check the network, HF_ENDPOINT and any proxy; --offline uses only what is already here.", failure)
            {
                IsTransient = true,
            };
        }
    }

    private HttpResponseMessage Checked(HttpResponseMessage response, HubSubject subject)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            throw Refusal(response, subject);
        }
    }

    private HubException Refusal(HttpResponseMessage response, HubSubject subject)
    {
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        var status = (int)response.StatusCode;
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date is { } date ? date - _time.GetUtcNow() : null) : null;
        var token = Options.HasToken ? "the token that is set" : "no token (set HF_TOKEN)";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when subject.Page is null =>
                new HubException($"{subject}: the server refuses access ({status}). Check the address, or fetch the file by hand and name its path."),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when code == "GatedRepo" => new HubException(
                $"{subject}: it is gated, and was asked for with {token} ({status}). Accept the terms at {subject.Page} with your account, make an access token there, and set HF_TOKEN."),
            HttpStatusCode.Unauthorized => new HubException(
                $"{subject}: it is private, gated or does not exist, and was asked for with {token} (401). Check the name; if it is yours or gated, accept its terms at {subject.Page} and set HF_TOKEN to a token of an account that may read it."),
            HttpStatusCode.Forbidden => new HubException(
                $"{subject}: access is refused to {token} (403). Accept the terms at {subject.Page} with the account of the token, and give the token the right to read gated repositories."),
            HttpStatusCode.NotFound when code == "RevisionNotFound" => new HubException($"{subject}: there is no such revision. Check the part after @ against {subject.Page}."),
            HttpStatusCode.NotFound => new HubException($"{subject}: it does not exist (404{(code is null ? "" : $", {Safe(code)}")}). Check the name{(subject.Page is null ? "" : $" against {subject.Page}")}; a private one needs HF_TOKEN."),
            HttpStatusCode.TooManyRequests => new HubException(
                $"{subject}: too many requests (429{Wait(wait)}). Try again later{(Options.HasToken ? "" : "; with HF_TOKEN set the limit is higher")}.")
            {
                IsTransient = true,
                RetryAfter = Positive(wait),
            },
            HttpStatusCode.RequestTimeout => new HubException($"{subject}: the server gave up waiting (408). Try again.") { IsTransient = true },
            >= HttpStatusCode.InternalServerError => new HubException(
                $"{subject}: the server failed ({status}{Wait(wait)}). Try again later.")
            {
                IsTransient = true,
                RetryAfter = Positive(wait),
            },
            _ => new HubException($"{subject}: the server answered {status}, which was not expected. Check the name and HF_ENDPOINT."),
        };
    }

    private static string Wait(TimeSpan? wait) => wait is { } time && time > TimeSpan.Zero ? $", asked to wait {time.TotalSeconds:0} s" : "";

    private static TimeSpan? Positive(TimeSpan? wait) => wait is { } time && time > TimeSpan.Zero ? time : null;

    // A header of a server is shown only as far as it is a plain word.
    private static string Safe(string text) => new([.. text.Take(40).Where(char.IsAsciiLetterOrDigit)]);
}

/// <summary>What a request is about, in words for messages.</summary>
/// <param name="Name">The reference or file.</param>
/// <param name="Page">Page of the repository, where terms are accepted; null for a web address.</param>
internal sealed record HubSubject(string Name, Uri? Page)
{
    /// <inheritdoc />
    public override string ToString() => Name;
}
