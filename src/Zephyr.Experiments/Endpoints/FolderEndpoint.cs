using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Endpoints;

/// <summary>
/// A model folder in Hugging Face format that answers in this process, many requests side by side. It is loaded at the first question that is not stored.
/// </summary>
internal sealed class FolderEndpoint : IChatEndpoint
{
    // Rises when the same request is answered otherwise than before: prompts, sampling, the engine's products. Stored answers are asked for again then.
    private const int Version = 2;

    private readonly string _folder;
    private readonly ModelOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly IChatFormat _chat;
    private readonly SemaphoreSlim _places;
    private readonly Lock _lock = new();
    private DecoderModel? _model;
    private GenerationEngine? _engine;

    /// <summary>Reads tokenizer and chat template.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Type of the weights.</param>
    /// <param name="concurrency">Requests side by side.</param>
    /// <param name="now">The date that the chat template sees.</param>
    /// <exception cref="ZephyrException">The folder has no tokenizer or no chat template.</exception>
    public FolderEndpoint(string folder, ModelOptions options, int concurrency, DateTime now)
    {
        (_folder, _options) = (folder, options);
        _tokenizer = Tokenizer.Load(folder);
        _chat = ChatFormats.OfModel(folder, _tokenizer, now);
        _places = new SemaphoreSlim(concurrency);
        Model = $"folder:{Content(folder)}:{options.Dtype}:{Version}";
    }

    /// <summary>Name of the model in requests: its content, the type it computes in and the version of how it is asked, so that another model at the same path is another.</summary>
    public string Model { get; }

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, RequestLifetime lifetime)
    {
        var prompt = _chat.TokenizePrompt(request.Messages);
        await _places.WaitAsync(lifetime.BeforeSending);
        try
        {
            var engine = Engine();
            var result = await engine.Submit(
                new GenerationRequest(prompt)
                {
                    Sampling = new SamplingOptions
                    {
                        Temperature = request.Temperature ?? 1,
                        TopP = request.TopP ?? 1,
                        Seed = (ulong)request.Seed,
                        MaxTokens = request.MaxTokens,
                        StopIds = [.. _chat.StopIds.Union(_model!.Configuration.StopTokenIds)],
                    },
                    Place = _chat.AnswerPlace,
                    Sample = request.Attempt,
                    TopLogProbs = request.TopLogprobs > 0 ? request.TopLogprobs : null,
                },
                lifetime.Abort).Result;
            int[] ids = [.. result.Ids];
            return new ChatAnswer(
                _chat.DecodeAnswer(ids), result.Reason == FinishReason.Stop ? AnswerEnd.Stop : AnswerEnd.Length, prompt.Length, ids.Length, UsageReported: true)
            {
                First = result.LogProbs.Count > 0 ? [.. result.LogProbs[0].Top.Select(chance => new TokenChance(_tokenizer.Decode([chance.Id], skipSpecial: false, TextPlace.Continuation), chance.LogProb))] : [],
            };
        }
        catch (PromptTooLongException failure)
        {
            throw new ContextExceededException($"{_folder}: {failure.Message}");
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        _model?.Dispose();
        (_engine, _model) = (null, null);
    }

    private static string Content(string folder) => ContentHash.OfOutputs([.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => new StageOutput(Path.GetRelativePath(folder, file).Replace('\\', '/'), new FileInfo(file).Length, ContentHash.OfFile(file)))]);

    private GenerationEngine Engine()
    {
        lock (_lock)
        {
            _model ??= DecoderModel.Load(_folder, _options.Dtype, device: DeviceChoice.Take(_options.Device));
            return _engine ??= new GenerationEngine(_model, _tokenizer, new EngineOptions());
        }
    }
}
