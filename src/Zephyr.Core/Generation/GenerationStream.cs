using System.Threading.Channels;

namespace Zephyr.Core.Generation;

/// <summary>
/// An answer on its way. Its tokens can be read once, as they come; the whole answer is in <see cref="Result"/> whether they are read or
/// not. Both fail with what made the request fail, and are cancelled with it.
/// </summary>
public sealed class GenerationStream : IAsyncEnumerable<GeneratedToken>
{
    private readonly Channel<GeneratedToken> _tokens = Channel.CreateUnbounded<GeneratedToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<GenerationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal GenerationStream()
    {
    }

    /// <summary>The whole answer.</summary>
    public Task<GenerationResult> Result => _result.Task;

    /// <inheritdoc/>
    public IAsyncEnumerator<GeneratedToken> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _tokens.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    internal void Write(GeneratedToken token) => _tokens.Writer.TryWrite(token);

    internal void End(GenerationResult result)
    {
        _tokens.Writer.TryComplete();
        _result.TrySetResult(result);
    }

    internal void Fail(Exception failure)
    {
        _tokens.Writer.TryComplete(failure);
        if (failure is OperationCanceledException cancelled)
        {
            _result.TrySetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _result.TrySetException(failure);

            // Who reads the tokens meets the failure there; the task must not count as unobserved.
            _ = _result.Task.Exception;
        }
    }
}
