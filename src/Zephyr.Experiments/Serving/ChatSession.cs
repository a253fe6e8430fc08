using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Core.Generation;

namespace Zephyr.Experiments.Serving;

/// <summary>A conversation with one model, turn by turn.</summary>
/// <param name="model">The model.</param>
/// <param name="sampling">How it picks tokens.</param>
public sealed class ChatSession(ServedModel model, SamplingOptions sampling)
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<ChatMessage> _turns = [];
    private string? _system;

    /// <summary>The model's name.</summary>
    public string Name => model.Name;

    /// <summary>The messages so far, the system message first.</summary>
    public IReadOnlyList<ChatMessage> Messages => _system is null ? [.. _turns] : [new ChatMessage(ChatRoles.System, _system), .. _turns];

    /// <summary>Asks, and tells the answer as it comes. An answer that is stopped stays in the conversation as far as it came.</summary>
    /// <param name="question">What the user says.</param>
    /// <param name="piece">Told each piece of text.</param>
    /// <param name="cancellationToken">Stops the answer.</param>
    /// <returns>The answer, and whether it was stopped.</returns>
    /// <exception cref="Core.ZephyrException">The conversation does not fit the model; the question is taken back.</exception>
    public async Task<(string Text, bool WasStopped)> AskAsync(string question, Action<string> piece, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(piece);
        _turns.Add(new ChatMessage(ChatRoles.User, question));
        var text = "";
        var stopped = false;
        try
        {
            var stream = model.Engine.Submit(model.Ask(Messages, sampling), cancellationToken);
            await foreach (var token in stream)
            {
                text += token.Text;
                piece(token.Text);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            stopped = true;
        }
        catch
        {
            _turns.RemoveAt(_turns.Count - 1);
            throw;
        }

        _turns.Add(new ChatMessage(ChatRoles.Assistant, text));
        return (text, stopped);
    }

    /// <summary>Forgets the turns; the system message stays.</summary>
    public void Reset() => _turns.Clear();

    /// <summary>Sets the system message and forgets the turns.</summary>
    /// <param name="text">The message; empty for none.</param>
    public void Instruct(string text)
    {
        _system = text.Length == 0 ? null : text;
        Reset();
    }

    /// <summary>The conversation as JSON: <c>{"model", "messages": [{"role", "content"}]}</c>.</summary>
    public string ToJson() => new JsonObject
    {
        ["model"] = Name,
        ["messages"] = new JsonArray([.. Messages.Select(static message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })]),
    }.ToJsonString(s_readable);
}
