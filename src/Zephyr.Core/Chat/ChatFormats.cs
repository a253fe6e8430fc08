using System.Globalization;
using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Core.Chat;

/// <summary>Makes the chat format that an experiment or a model folder asks for.</summary>
public static class ChatFormats
{
    /// <summary>The setting <c>tokenizer.chat_template</c> for the format of the Zephyr models.</summary>
    public const string Zephyr = "zephyr";

    /// <summary>The setting <c>tokenizer.chat_template</c> for the base model's own template.</summary>
    public const string Model = "model";

    /// <summary>How the setting <c>tokenizer.template_date</c> is written.</summary>
    public const string DateFormat = "yyyy-MM-dd";

    /// <summary>The template that an experiment asks for, with the special tokens that stand beside it; null for the built-in Zephyr format.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="modelFolder">Folder of the base model.</param>
    /// <exception cref="ChatTemplateException">A file is damaged or holds no template.</exception>
    /// <exception cref="ZephyrException">There is no template.</exception>
    public static ChatTemplateSource? Source(TokenizerOptions options, string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.ChatTemplate switch
        {
            Zephyr => null,
            Model => ChatTemplateFile.Read(modelFolder),
            var path => ChatTemplateFile.Read(path),
        };
    }

    /// <summary>The format of an experiment whose tokenizer is saved, with its template.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="tokenizerFolder">Folder with the tokenizer's files.</param>
    /// <exception cref="ChatTemplateException">The template is damaged.</exception>
    public static IChatFormat Create(TokenizerOptions options, Tokenizer tokenizer, string tokenizerFolder)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.ChatTemplate == Zephyr
            ? new ChatRenderer(options, tokenizer)
            : new TemplateChatFormat(ChatTemplateFile.Read(tokenizerFolder), tokenizer, options.InsertEmptySystem, Rendering(options));
    }

    /// <summary>The format of a model folder, by the template it carries.</summary>
    /// <param name="modelFolder">The folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="now">The time that the template sees.</param>
    /// <exception cref="ZephyrException">The folder has no template, or it is damaged.</exception>
    public static IChatFormat OfModel(string modelFolder, Tokenizer tokenizer, DateTime now) =>
        new TemplateChatFormat(ChatTemplateFile.Read(modelFolder), tokenizer, insertEmptySystem: false, new RenderOptions { Now = now, Containers = ContainerText.Python });

    /// <summary>What a rendering within an experiment depends on: the date that is stated, never the clock.</summary>
    /// <exception cref="ZephyrException">The date is none.</exception>
    public static RenderOptions Rendering(TokenizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RenderOptions { Now = options.TemplateDate is { } date ? Date(date) : null, Containers = ContainerText.Python };
    }

    private static DateTime Date(string text) =>
        DateTime.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw new ZephyrException($"tokenizer.template_date must be a date such as 2024-07-26 (is {text})");
}
