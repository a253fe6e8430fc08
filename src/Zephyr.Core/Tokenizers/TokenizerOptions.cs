using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Tokenizers;

/// <summary>Which tokenizer an experiment uses (section <c>tokenizer</c>).</summary>
public sealed record TokenizerOptions
{
    /// <summary><c>train</c> for a vocabulary learnt from the training texts, <c>model</c> for the base model's own, a file or folder, or <c>hf://models/org/name@revision</c>.</summary>
    [Description("`train` (learn from the training texts), `model` (the base model's), a tokenizer.json or tokenizer.model or its folder, or hf://models/ORG/NAME@REVISION")]
    [SettingPath("train", "model", Remote = RemoteContent.Tokenizer)]
    public string Source { get; init; } = "train";

    /// <summary>Number of pieces a trained vocabulary has, byte fallback and special tokens included.</summary>
    [Description("pieces of a trained vocabulary, the 256 byte pieces and special tokens included")]
    [Range(300, 262144)]
    public int VocabSize { get; init; } = 1024;

    /// <summary>Chat format of the conversations: <c>zephyr</c>, <c>model</c> for the base model's own template, or a file or folder with a template.</summary>
    [Description("chat format: `zephyr` (<|user|>, <|assistant|> and <|system|> turns closed by the end token), `model` (the base model's own template), or a Jinja file, a tokenizer_config.json or a folder with one of them")]
    [SettingPath("zephyr", "model")]
    public string ChatTemplate { get; init; } = "zephyr";

    /// <summary>The date that a template writes as today's, as yyyy-MM-dd; without it a template that asks for the date fails.</summary>
    [Description("the date that a chat template writes as today's, as yyyy-MM-dd; a template that asks for the date fails without it")]
    public string? TemplateDate { get; init; }

    /// <summary>Whether an empty system message is put before a conversation that has none (generation B of the recipe).</summary>
    [Description("put an empty system message before a conversation that has none, as generation B of the recipe did")]
    public bool InsertEmptySystem { get; init; }
}
