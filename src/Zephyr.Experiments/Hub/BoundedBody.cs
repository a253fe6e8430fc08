using System.Buffers;

namespace Zephyr.Experiments.Hub;

/// <summary>Reads bodies of answers with a bound on their length and on the time without a byte.</summary>
internal static class BoundedBody
{
    /// <summary>Reads a whole body into memory.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="longest">Most bytes it may have.</param>
    /// <param name="patience">Longest time without a byte.</param>
    /// <param name="subject">What it is about, for messages.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The body.</returns>
    /// <exception cref="HubException">It is too long, stalls or breaks off.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage response, int longest, TimeSpan patience, HubSubject subject, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await CopyAsync(
            response,
            patience,
            subject,
            (bytes, _) =>
            {
                if (body.Length + bytes.Length > longest)
                {
                    throw new HubException($"{subject}: the answer has more than {longest} bytes. Check HF_ENDPOINT.");
                }

                body.Write(bytes.Span);
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>Passes a body on, piece by piece.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="patience">Longest time without a byte.</param>
    /// <param name="subject">What it is about, for messages.</param>
    /// <param name="write">Takes each piece.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>A task that ends with the body.</returns>
    /// <exception cref="HubException">It stalls or breaks off.</exception>
    public static async Task CopyAsync(
        HttpResponseMessage response, TimeSpan patience, HubSubject subject, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            while (true)
            {
                stall.CancelAfter(patience);
                var read = await Read(body, buffer, stall.Token);
                if (read == 0)
                {
                    return;
                }

                await write(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubException($"{subject}: nothing has arrived for {patience.TotalSeconds:0} s. Check the network and try again; what is here is kept.", failure) { IsTransient = true };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        async Task<int> Read(Stream body, byte[] into, CancellationToken token)
        {
            try
            {
                return await body.ReadAsync(into, token);
            }
            catch (Exception failure) when (failure is IOException or HttpRequestException)
            {
                throw new HubException($"{subject}: the connection broke off ({failure.Message}). Try again; what is here is kept.", failure) { IsTransient = true };
            }
        }
    }
}
