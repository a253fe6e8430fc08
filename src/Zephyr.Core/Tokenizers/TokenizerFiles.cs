using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers;

/// <summary>The two files of a tokenizer as they are on disk.</summary>
internal sealed class TokenizerFiles
{
    private const string TokenizerName = "tokenizer.json";
    private const string ConfigurationName = "tokenizer_config.json";
    private const long MaxFileSize = 256L << 20;
    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _configuration;
    private readonly string _configurationPath;

    /// <summary>Takes files that are in memory.</summary>
    public TokenizerFiles(byte[] tokenizerJson, string tokenizerPath, JsonObject configuration, string configurationPath)
    {
        TokenizerJson = tokenizerJson;
        TokenizerPath = tokenizerPath;
        _configuration = configuration;
        _configurationPath = configurationPath;
    }

    /// <summary>Content of tokenizer.json.</summary>
    public byte[] TokenizerJson { get; }

    /// <summary>Name of tokenizer.json, for messages.</summary>
    public string TokenizerPath { get; }

    /// <summary>Reads the files.</summary>
    /// <param name="fileOrFolder">tokenizer.json or its folder.</param>
    public static TokenizerFiles Read(string fileOrFolder)
    {
        var path = Directory.Exists(fileOrFolder) ? Path.Combine(fileOrFolder, TokenizerName) : fileOrFolder;
        var configurationPath = Path.Combine(Path.GetDirectoryName(path) ?? "", ConfigurationName);
        return new TokenizerFiles(ReadBounded(path), path, File.Exists(configurationPath) ? ReadConfiguration(configurationPath) : [], configurationPath);
    }

    /// <summary>Id of a token that the configuration names, or of the usual one.</summary>
    public int IdOf(string setting, string usual, Dictionary<string, int> idOfPiece)
    {
        var named = Named(setting);
        return idOfPiece.TryGetValue(named ?? usual, out var id)
            ? id
            : throw new TokenizerFormatException(
                named is null ? TokenizerPath : _configurationPath,
                TextPosition.Start,
                $"the {setting} '{named ?? usual}' is not in the vocabulary; name one that is as '{setting}' in {ConfigurationName}");
    }

    /// <summary>Id of a token that the configuration names, or null when it names none.</summary>
    public int? OptionalIdOf(string setting, Dictionary<string, int> idOfPiece) =>
        Named(setting) is { } named ? IdOf(setting, named, idOfPiece) : null;

    /// <summary>Writes both files, the chat template in the configuration.</summary>
    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, TokenizerName), TokenizerJson);
        var configuration = (JsonObject)_configuration.DeepClone();
        configuration["chat_template"] = ChatTemplates.Zephyr;
        File.WriteAllText(Path.Combine(folder, ConfigurationName), configuration.ToJsonString(s_writing) + "\n");
    }

    private static byte[] ReadBounded(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxFileSize)
            {
                throw new ZephyrException($"{path}: the file has {file.Length} bytes; a tokenizer file may have at most {MaxFileSize}");
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the tokenizer cannot be read: {exception.Message}", exception);
        }
    }

    private static JsonObject ReadConfiguration(string path)
    {
        var content = ReadBounded(path);
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

    private string? Named(string setting) => _configuration[setting] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonObject token when token["content"] is JsonValue content && content.TryGetValue<string>(out var text) => text,
        _ => throw new TokenizerFormatException(_configurationPath, TextPosition.Start, $"'{setting}' must be text, or an object with 'content'"),
    };
}
