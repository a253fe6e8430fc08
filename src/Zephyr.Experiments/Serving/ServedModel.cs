using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Serving;

/// <summary>A model ready to answer: weights, tokenizer, its own chat template, and an engine.</summary>
public sealed class ServedModel : IAsyncDisposable
{
    private readonly DecoderModel _model;

    private ServedModel(string name, DecoderModel model, Tokenizer tokenizer, IChatFormat chat, EngineOptions options)
    {
        (Name, _model, Tokenizer, Chat) = (name, model, tokenizer, chat);
        Engine = new GenerationEngine(model, tokenizer, options);
    }

    /// <summary>Name that requests ask for.</summary>
    public string Name { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Its chat format.</summary>
    public IChatFormat Chat { get; }

    /// <summary>Generates its answers.</summary>
    public GenerationEngine Engine { get; }

    /// <summary>Most tokens of a prompt with its answer.</summary>
    public int ContextLength => _model.Configuration.MaxPositionEmbeddings;

    /// <summary>Loads a model.</summary>
    /// <param name="name">Name that requests ask for.</param>
    /// <param name="folder">A Hugging Face-format folder with tokenizer and chat template.</param>
    /// <param name="type">Precision to compute in.</param>
    /// <param name="options">Bounds of its engine.</param>
    /// <param name="now">The time that the chat template sees.</param>
    /// <returns>The model, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">A file is missing or damaged.</exception>
    public static ServedModel Load(string name, string folder, ComputeType type, EngineOptions options, DateTime now)
    {
        if (!Directory.Exists(folder))
        {
            throw new ZephyrException($"There is no folder {folder}.");
        }

        var tokenizer = Tokenizer.Load(folder);
        var chat = ChatFormats.OfModel(folder, tokenizer, now);
        return new ServedModel(name, DecoderModel.Load(folder, type, device: DeviceChoice.Take(DeviceChoice.Auto)), tokenizer, chat, options);
    }

    /// <summary>The name of a model by its folder: its last part, or for a folder called <c>model</c> the two above it.</summary>
    /// <param name="folder">The folder.</param>
    public static string NameOf(string folder)
    {
        var parts = Path.GetFullPath(folder).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            [.., var experiment, var stage, "model"] => $"{experiment}-{stage}",
            [.., var last] => last,
            _ => "model",
        };
    }

    /// <summary>Tokens that end a text: the tokenizer's, and those that the model's configuration adds.</summary>
    public IEnumerable<int> EndIds => _model.Configuration.StopTokenIds.Union(Tokenizer.HasEosId ? [Tokenizer.EosId] : []);

    /// <summary>Makes the request for an answer to a conversation.</summary>
    /// <param name="messages">The messages, the last one to be answered.</param>
    /// <param name="sampling">How to pick tokens; the stop tokens of the chat format are added.</param>
    /// <exception cref="ZephyrException">The template refuses the messages.</exception>
    public GenerationRequest Ask(IReadOnlyList<ChatMessage> messages, SamplingOptions sampling)
    {
        ArgumentNullException.ThrowIfNull(sampling);
        return new GenerationRequest(Chat.TokenizePrompt(messages))
        {
            Sampling = sampling with { StopIds = [.. sampling.StopIds.Union(Chat.StopIds).Union(_model.Configuration.StopTokenIds)] },
            Place = Chat.AnswerPlace,
        };
    }

    /// <summary>Ends its engine and frees its weights.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _model.Dispose();
    }
}
