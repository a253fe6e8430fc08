using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Zephyr.Experiments.Serving;

/// <summary>Sends documents as server-sent events, each as soon as it is there.</summary>
/// <param name="response">The response; nothing of it is sent yet.</param>
internal sealed class EventStream(HttpResponse response) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Sends a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Ends the wait for a slow reader.</param>
    public Task SendAsync(JsonObject document, CancellationToken cancellationToken) => SendAsync(document.ToJsonString(), cancellationToken);

    /// <summary>Sends the end of the stream.</summary>
    /// <param name="cancellationToken">Ends the wait for a slow reader.</param>
    public Task EndAsync(CancellationToken cancellationToken) => SendAsync("[DONE]", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task SendAsync(string data, CancellationToken cancellationToken)
    {
        // Several answers are sent side by side, and events must not be mixed.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!response.HasStarted)
            {
                response.ContentType = "text/event-stream";
                response.Headers.CacheControl = "no-cache";
                response.Headers["X-Accel-Buffering"] = "no";
            }

            await response.Body.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"), cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
