using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>A tokenizer_config.json: the roles of special tokens and the chat template.</summary>
/// <param name="settings">Its settings.</param>
/// <param name="path">Its name, for messages.</param>
internal sealed class TokenizerConfiguration(JsonObject settings, string path)
{
    private const string FileName = "tokenizer_config.json";
    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the configuration beside a tokenizer's file; an empty one where there is none.</summary>
    /// <exception cref="TokenizerFormatException">The file is damaged.</exception>
    /// <exception cref="ZephyrException">The file is too large or cannot be read.</exception>
    public static TokenizerConfiguration Beside(string tokenizerPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(tokenizerPath) ?? "", FileName);
        return new TokenizerConfiguration(File.Exists(path) ? Read(path) : [], path);
    }

    /// <summary>Id of a token that the configuration names; where it names none that of the usual one, if the vocabulary has it.</summary>
    /// <exception cref="TokenizerFormatException">The named token is not in the vocabulary, or the setting is no text.</exception>
    public int? IdOf(string setting, string? usual, Dictionary<string, int> idOfPiece)
    {
        if (Named(setting) is { } named)
        {
            return idOfPiece.TryGetValue(named, out var id)
                ? id
                : throw new TokenizerFormatException(path, TextPosition.Start, $"the {setting} '{named}' is not in the vocabulary; name one that is");
        }

        return usual is not null && idOfPiece.TryGetValue(usual, out var usualId) ? usualId : null;
    }

    /// <summary>A setting that is true or false.</summary>
    /// <exception cref="TokenizerFormatException">It is neither.</exception>
    public bool Flag(string setting, bool otherwise) => settings[setting] switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw new TokenizerFormatException(path, TextPosition.Start, $"'{setting}' must be true or false"),
    };

    /// <summary>Writes the configuration with the chat template.</summary>
    public void Save(string folder)
    {
        var configuration = (JsonObject)settings.DeepClone();
        configuration["chat_template"] = ChatTemplates.Zephyr;
        File.WriteAllText(Path.Combine(folder, FileName), configuration.ToJsonString(s_writing) + "\n");
    }

    private static JsonObject Read(string path)
    {
        var content = TokenizerFiles.ReadBounded(path);
        try
        {
            return JsonNode.Parse(content, documentOptions: new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new TokenizerFormatException(path, TextPosition.Start, "the file must hold an object");
        }
        catch (JsonException exception)
        {
            var position = new TextPosition((int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1);
            throw new TokenizerFormatException(path, position, "this is not JSON, or a key is given twice; the file may be cut off");
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // The framework's way of saying that a text is not valid UTF-8.
            throw new TokenizerFormatException(path, TextPosition.Start, $"the file is damaged: {exception.Message}");
        }
    }

    private string? Named(string setting) => settings[setting] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonObject token when token["content"] is JsonValue content && content.TryGetValue<string>(out var text) => text,
        _ => throw new TokenizerFormatException(path, TextPosition.Start, $"'{setting}' must be text, or an object with 'content'"),
    };
}
