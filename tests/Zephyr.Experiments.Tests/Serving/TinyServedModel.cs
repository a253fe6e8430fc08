using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Experiments.Serving;

namespace Zephyr.Experiments.Tests.Serving;

/// <summary>A small random model with a byte-level tokenizer and a chat template, in a folder of its own.</summary>
internal static class TinyServedModel
{
    public const string Template =
        "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

    /// <summary>Writes the folder. Every byte is a token; 256 is the end.</summary>
    public static void Write(string folder, int positions = 256)
    {
        RandomModel.Create(
            new ArchitectureOptions { HiddenSize = 32, IntermediateSize = 48, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 1, MaxPositionEmbeddings = positions, InitializerRange = 0.2 },
            257, 5, folder);
        var characters = ByteCharacters();
        var pieces = Enumerable.Range(0, 256).Select(value => $"{Json(characters[value].ToString())}: {value}");
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), $$$"""
            {"version": "1.0", "truncation": null, "padding": null,
             "added_tokens": [{"id": 256, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
             "normalizer": null,
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "post_processor": null,
             "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                       "vocab": { {{{string.Join(", ", pieces)}}} }, "merges": []}}
            """);
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), $$$"""{"eos_token": "</s>", "chat_template": {{{Json(Template)}}} }""");
    }

    public static ServedModel Load(string folder, string name = "tiny", EngineOptions? options = null) =>
        ServedModel.Load(name, folder, ComputeType.Float32, options ?? new EngineOptions(), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    // GPT-2's printable stand-ins of bytes.
    private static char[] ByteCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        }

        return characters;
    }
}
