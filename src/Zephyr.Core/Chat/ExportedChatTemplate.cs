using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>Puts a chat template into the configuration of a saved tokenizer, where other tools look for it.</summary>
public static class ExportedChatTemplate
{
    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the template, and the special tokens it may write where the configuration does not name them.</summary>
    /// <param name="folder">Folder with <c>tokenizer_config.json</c>.</param>
    /// <param name="source">The template.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <exception cref="ZephyrException">The source has no template for conversations.</exception>
    public static void Write(string folder, ChatTemplateSource source, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var path = Path.Combine(folder, "tokenizer_config.json");
        var configuration = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        configuration["chat_template"] = source.Templates[source.Choose(asked: null, hasTools: false)];
        foreach (var (name, text) in source.SpecialTokens)
        {
            configuration[name] ??= text;
        }

        configuration["eos_token"] ??= tokenizer.Piece(tokenizer.EosId);
        File.WriteAllText(path, configuration.ToJsonString(s_writing) + "\n");
    }
}
