using System.Net.Http.Headers;

namespace Zephyr.Experiments.Endpoints;

/// <summary>Bounds what an endpoint may send, and leaves the key's header out where there is no key.</summary>
/// <param name="inner">Sends the request.</param>
/// <param name="longest">Most bytes of an answer.</param>
/// <param name="hasKey">Whether the endpoint has a key.</param>
internal sealed class BoundedResponseHandler(HttpMessageHandler inner, int longest, bool hasKey) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!hasKey)
        {
            request.Headers.Authorization = null;
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentLength > longest)
        {
            response.Dispose();
            throw TooLong(longest);
        }

        var content = new StreamContent(new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), longest));
        Copy(response.Content.Headers, content.Headers);
        response.Content = content;
        return response;
    }

    private static EndpointException TooLong(int longest) =>
        new($"the answer has more than {longest} bytes, which no answer of a model has. Check base_url.");

    private static void Copy(HttpContentHeaders from, HttpContentHeaders to)
    {
        foreach (var (name, values) in from)
        {
            to.TryAddWithoutValidation(name, values);
        }
    }

    private sealed class BoundedStream(Stream inner, int longest) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Counted(int count)
        {
            _read += count;
            return _read <= longest ? count : throw TooLong(longest);
        }
    }
}
