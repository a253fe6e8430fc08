using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>Puts a chat template into the configuration of a saved tokenizer, where other tools look for it.</summary>
public static class ExportedChatTemplate
{
    private const string InsertEmptySystem =
        "{% if not messages or messages[0]['role'] != 'system' %}{% set messages = [{'role': 'system', 'content': ''}] + messages %}{% endif %}";

    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the template, and the special tokens it may write where the configuration does not name them.</summary>
    /// <param name="folder">Folder with <c>tokenizer_config.json</c>.</param>
    /// <param name="source">The template.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="insertEmptySystem">Whether the model is trained with an empty system message before conversations without one: then the template puts it there for everybody.</param>
    /// <exception cref="ZephyrException">The source has no template for conversations.</exception>
    public static void Write(string folder, ChatTemplateSource source, Tokenizer tokenizer, bool insertEmptySystem = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var path = Path.Combine(folder, "tokenizer_config.json");
        var configuration = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        configuration["chat_template"] = (insertEmptySystem ? InsertEmptySystem : "") + source.Templates[source.Choose(asked: null, hasTools: false)];
        foreach (var (name, text) in source.SpecialTokens)
        {
            configuration[name] ??= text;
        }

        configuration["eos_token"] ??= tokenizer.Piece(tokenizer.EosId);
        File.WriteAllText(path, configuration.ToJsonString(s_writing) + "\n");
    }
}
