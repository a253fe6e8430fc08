using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Generation;

/// <summary>
/// Generates many answers at once on a thread of its own: requests join and leave at every step, and long prompts are read in parts
/// beside the answers under way (continuous batching, Yu et al. 2022, Orca). What a request gets depends on it and the model alone: every token
/// is computed by itself, so neither the requests beside it, nor when it joined, nor any of <see cref="EngineOptions"/> changes a bit.
/// That is so for the fused path; the reference path of plain operations computes rows together and rounds as libtorch does.
/// Safe for use from several threads at once.
/// </summary>
public sealed class GenerationEngine : IAsyncDisposable
{
    private readonly DecoderModel _model;
    private readonly Tokenizer? _tokenizer;
    private readonly EngineOptions _options;
    private readonly KeyValuePages _pages;
    private readonly Lock _lock = new();
    private readonly LinkedList<ActiveRequest> _waiting = new();
    private readonly List<ActiveRequest> _active = [];
    private readonly SemaphoreSlim _work = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private readonly GenerationStep _step;

    /// <summary>Starts the engine.</summary>
    /// <param name="model">The model; it stays the caller's, who must not train nor dispose it while the engine lives.</param>
    /// <param name="tokenizer">Turns tokens into text; null for an engine of tokens alone, which knows no stop texts.</param>
    /// <param name="options">Its bounds.</param>
    public GenerationEngine(DecoderModel model, Tokenizer? tokenizer, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        (_model, _tokenizer, _options) = (model, tokenizer, options.Checked());
        _pages = model.NewPages(options.CacheBytes);
        _step = new GenerationStep(model, _pages, options.PromptTokensPerStep);
        new Thread(Run) { IsBackground = true, Name = "generation" }.Start();
    }

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Asks for an answer.</summary>
    /// <param name="request">The prompt and how to answer it.</param>
    /// <param name="cancellationToken">Ends the answer early; its memory is free a step later.</param>
    /// <returns>The answer on its way.</returns>
    /// <exception cref="PromptTooLongException">The prompt leaves no room within the model's positions, or needs more memory than the engine may take.</exception>
    /// <exception cref="SamplingException">An option is out of range.</exception>
    /// <exception cref="EngineBusyException">As many requests wait as may.</exception>
    /// <exception cref="ZephyrException">The prompt is empty or has an id outside the vocabulary.</exception>
    /// <exception cref="ObjectDisposedException">The engine has ended.</exception>
    public GenerationStream Submit(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var active = new ActiveRequest(request, _tokenizer, _model.Configuration.MaxPositionEmbeddings, CheckedRing(request), cancellationToken);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (_waiting.Count >= _options.MaxWaiting + Math.Max(0, _options.MaxActive - _active.Count))
            {
                throw new EngineBusyException($"{_waiting.Count} requests wait already, the most there may be. Try again later.");
            }

            _waiting.AddLast(active);
        }

        _work.Release();
        return active.Stream;
    }

    /// <summary>Asks for many answers and waits for all.</summary>
    /// <param name="requests">The requests, at most as many as the engine takes at once and lets wait.</param>
    /// <param name="progress">Told the number of answers that are whole.</param>
    /// <param name="cancellationToken">Ends them early.</param>
    /// <returns>The answers in the order of the requests.</returns>
    /// <exception cref="ZephyrException">As for <see cref="Submit"/>; the others are cancelled then.</exception>
    public async Task<IReadOnlyList<GenerationResult>> AnswerAsync(
        IEnumerable<GenerationRequest> requests, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var answers = requests.Select(request => Submit(request, together.Token).Result).ToList();
            var done = 0;
            await foreach (var answer in Task.WhenEach(answers))
            {
                await answer;
                progress?.Report(++done);
            }

            return await Task.WhenAll(answers);
        }
        catch
        {
            await together.CancelAsync();
            throw;
        }
    }

    /// <summary>Ends the engine: requests under way or waiting are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_closing.IsCancellationRequested)
            {
                return;
            }

            _closing.Cancel();
        }

        _work.Release();
        await _ended.Task;
        _pages.Dispose();
        _work.Dispose();
        _closing.Dispose();
    }

    private int CheckedRing(GenerationRequest request)
    {
        var (configuration, sampling) = (_model.Configuration, request.Sampling.Checked());
        if (sampling.StopStrings.Count > 0 && _tokenizer is null)
        {
            throw new SamplingException("stop", "stop texts need an engine with a tokenizer.");
        }

        if (request.TopLogProbs is < 0 or > TokenLogProbs.MaxTop)
        {
            throw new SamplingException("top_logprobs", $"top_logprobs must be from 0 to {TokenLogProbs.MaxTop} (is {request.TopLogProbs}).");
        }

        if (request.Prompt.Count == 0)
        {
            throw new ZephyrException("The prompt is empty: a model needs at least one token to go on from.");
        }

        if (request.Prompt.Count >= configuration.MaxPositionEmbeddings)
        {
            throw new PromptTooLongException(
                $"The prompt has {request.Prompt.Count} tokens; at most {configuration.MaxPositionEmbeddings - 1} fit the model's {configuration.MaxPositionEmbeddings} positions. Shorten it.");
        }

        foreach (var id in request.Prompt)
        {
            _model.CheckedId(id);
        }

        var ring = KeyValuePages.Ring(configuration, (long)request.Prompt.Count + (sampling.MaxTokens ?? int.MaxValue), _options.PromptTokensPerStep);
        return ring <= _pages.MaxPages
            ? ring
            : throw new PromptTooLongException(
                $"The prompt and its answer need {ring * _pages.BytesPerPage / 1e6:0} MB of keys and values, and {_options.CacheBytes / 1e6:0} MB may be taken. Ask for fewer tokens or allow more memory.");
    }

    private void Run()
    {
        try
        {
            while (!_closing.IsCancellationRequested)
            {
                Admit();
                if (_active.Count == 0)
                {
                    _work.Wait();
                    continue;
                }

                Advance();
            }
        }
        finally
        {
            lock (_lock)
            {
                _active.AddRange(_waiting);
                _waiting.Clear();
            }

            foreach (var request in _active)
            {
                request.Stream.Fail(new OperationCanceledException("The engine has ended.", _closing.Token));
            }

            _ended.SetResult();
        }
    }

    private void Advance()
    {
        IReadOnlyList<ActiveRequest> left;
        try
        {
            left = _step.Run(_active);
        }
        catch (Exception failure)
        {
            // Memory, or a kernel that refused: what was computed of any request may be half done, so all end; the engine goes on.
            foreach (var request in _active)
            {
                request.Stream.Fail(failure);
            }

            left = [.. _active];
        }

        foreach (var request in left)
        {
            Leave(request);
        }
    }

    private void Admit()
    {
        foreach (var request in _active.Where(static request => request.Cancellation.IsCancellationRequested).ToList())
        {
            request.Stream.Fail(new OperationCanceledException(request.Cancellation));
            Leave(request);
        }

        lock (_lock)
        {
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Cancellation.IsCancellationRequested)
                {
                    node.Value.Stream.Fail(new OperationCanceledException(node.Value.Cancellation));
                    _waiting.Remove(node);
                }

                node = next;
            }

            // First come, first served: a large request is not overtaken until there is room for it.
            while (_active.Count < _options.MaxActive && _waiting.First is { } first)
            {
                int[]? pages;
                try
                {
                    pages = _pages.TryTake(first.Value.Ring);
                }
                catch (Exception failure)
                {
                    // Within the bound, and yet the device has no memory for it: that ends this request, and no other.
                    first.Value.Stream.Fail(failure);
                    _waiting.RemoveFirst();
                    continue;
                }

                if (pages is null)
                {
                    break;
                }

                first.Value.Pages = pages;
                _active.Add(first.Value);
                _waiting.RemoveFirst();
            }
        }
    }

    private void Leave(ActiveRequest request)
    {
        _pages.Return(request.Pages);
        lock (_lock)
        {
            _active.Remove(request);
        }
    }
}
