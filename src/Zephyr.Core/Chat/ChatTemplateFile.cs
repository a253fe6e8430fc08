using System.Text;
using System.Text.Json;
using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Json;

namespace Zephyr.Core.Chat;

/// <summary>
/// Reads chat templates where models keep them: a file of Jinja text, a <c>tokenizer_config.json</c> (one template or a list of named ones,
/// with the special tokens), or a folder with <c>chat_template.jinja</c>, <c>chat_template.json</c> or <c>tokenizer_config.json</c>.
/// </summary>
public static class ChatTemplateFile
{
    /// <summary>Name of the file that holds a template alone.</summary>
    public const string TemplateName = "chat_template.jinja";

    private const string ProcessorName = "chat_template.json";
    private const string ConfigurationName = "tokenizer_config.json";
    private const string SpecialTokensName = "special_tokens_map.json";
    private const long MaxFileSize = 64L << 20;
    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = 32 };
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads templates.</summary>
    /// <param name="fileOrFolder">The file or folder.</param>
    /// <exception cref="ChatTemplateException">A file is damaged or holds no template.</exception>
    /// <exception cref="ZephyrException">There is no such file, or it cannot be read.</exception>
    public static ChatTemplateSource Read(string fileOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileOrFolder);
        if (Directory.Exists(fileOrFolder))
        {
            return Find(fileOrFolder)
                ?? throw new ZephyrException($"{fileOrFolder}: there is no chat template; the folder needs {TemplateName}, or {ConfigurationName} with 'chat_template'");
        }

        var text = ReadText(fileOrFolder);
        if (IsJson(fileOrFolder, text))
        {
            return ReadConfiguration(fileOrFolder, text);
        }

        var source = ChatTemplateSource.Of(fileOrFolder, text);
        return Path.GetFileName(fileOrFolder) == TemplateName
            ? source with { SpecialTokens = TokensBeside(Path.GetDirectoryName(Path.GetFullPath(fileOrFolder))!) }
            : source;
    }

    /// <summary>Reads the templates of a model's folder, if it has any.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The templates; null where no file holds one.</returns>
    /// <exception cref="ChatTemplateException">A file is damaged.</exception>
    /// <exception cref="ZephyrException">A file cannot be read.</exception>
    public static ChatTemplateSource? Find(string folder)
    {
        var template = Path.Combine(folder, TemplateName);
        if (File.Exists(template))
        {
            var named = new Dictionary<string, string>(StringComparer.Ordinal) { [ChatTemplateSource.DefaultName] = ReadText(template) };
            var additional = Path.Combine(folder, "additional_chat_templates");
            if (Directory.Exists(additional))
            {
                foreach (var file in Directory.EnumerateFiles(additional, "*.jinja").Order(StringComparer.Ordinal))
                {
                    named[Path.GetFileNameWithoutExtension(file)] = ReadText(file);
                }
            }

            return new ChatTemplateSource(template, named, TokensBeside(folder));
        }

        foreach (var file in new[] { ConfigurationName, ProcessorName }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            using var document = Parse(file, ReadText(file));
            if (document.RootElement.TryGetProperty("chat_template", out var found) && found.ValueKind != JsonValueKind.Null)
            {
                return new ChatTemplateSource(file, Templates(file, document.RootElement), TokensBeside(folder));
            }
        }

        return null;
    }

    private static ChatTemplateSource ReadConfiguration(string path, string text)
    {
        using var document = Parse(path, text);
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        AddTokens(document.RootElement, tokens);
        return new ChatTemplateSource(path, Templates(path, document.RootElement), tokens);
    }

    private static Dictionary<string, string> Templates(string path, JsonElement configuration)
    {
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = configuration.TryGetProperty("chat_template", out var value) ? value : default;
        if (found.ValueKind == JsonValueKind.String)
        {
            templates[ChatTemplateSource.DefaultName] = found.GetString()!;
            return templates;
        }

        foreach (var item in found.ValueKind == JsonValueKind.Array ? found.EnumerateArray() : default)
        {
            if (item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                && item.TryGetProperty("template", out var text) && text.ValueKind == JsonValueKind.String)
            {
                templates[name.GetString()!] = text.GetString()!;
                continue;
            }

            throw Fault(path, "every template of the list 'chat_template' must be an object with the texts 'name' and 'template'");
        }

        return templates.Count > 0 ? templates : throw Fault(path, "there is no 'chat_template', neither as text nor as a list of named templates");
    }

    private static Dictionary<string, string> TokensBeside(string folder)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in new[] { SpecialTokensName, ConfigurationName }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            using var document = Parse(path, ReadText(path));
            AddTokens(document.RootElement, tokens);
        }

        return tokens;
    }

    /// <summary>Takes <c>bos_token</c> and its like, each a text or an object with <c>content</c>.</summary>
    private static void AddTokens(JsonElement configuration, Dictionary<string, string> tokens)
    {
        foreach (var member in configuration.EnumerateObject().Where(member => member.Name.EndsWith("_token", StringComparison.Ordinal)))
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                tokens[member.Name] = member.Value.GetString()!;
            }
            else if (member.Value.ValueKind == JsonValueKind.Object
                && member.Value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
            {
                tokens[member.Name] = content.GetString()!;
            }
        }
    }

    private static bool IsJson(string path, string text)
    {
        var start = text.AsSpan().TrimStart();
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || (start.Length > 1 && start[0] == '{' && start[1] is not ('{' or '%' or '#') && text.Contains("\"chat_template\"", StringComparison.Ordinal));
    }

    private static JsonDocument Parse(string path, string text)
    {
        try
        {
            var document = JsonDocument.Parse(text, s_reading);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw Fault(path, "the file must hold an object");
        }
        catch (JsonException exception)
        {
            var position = new TextPosition((int)(exception.LineNumber ?? 0) + 1, (int)(exception.BytePositionInLine ?? 0) + 1);
            throw new ChatTemplateException(path, position, "this is not JSON; the file may be cut off");
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxFileSize)
            {
                throw new ZephyrException($"{path}: the file has {file.Length} bytes; a file with a chat template may have at most {MaxFileSize}");
            }

            var text = s_utf8.GetString(File.ReadAllBytes(path));
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            throw Fault(path, "the file is damaged: it is not UTF-8");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the chat template cannot be read: {exception.Message}", exception);
        }
    }

    private static ChatTemplateException Fault(string path, string message) => new(path, TextPosition.Start, message);
}
