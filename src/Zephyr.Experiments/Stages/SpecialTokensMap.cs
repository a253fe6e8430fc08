using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// The file <c>special_tokens_map.json</c>, which older programs read in place of <c>tokenizer_config.json</c>: the same special tokens,
/// by their text.
/// </summary>
internal static class SpecialTokensMap
{
    private const string FileName = "special_tokens_map.json";
    private static readonly JsonSerializerOptions s_writing = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_single = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>Writes the file beside a tokenizer that has none.</summary>
    /// <param name="folder">Folder with <c>tokenizer_config.json</c>; nothing is written without one.</param>
    /// <exception cref="ZephyrException">The configuration is no JSON object.</exception>
    public static void Write(string folder)
    {
        var (target, source) = (Path.Combine(folder, FileName), Path.Combine(folder, "tokenizer_config.json"));
        if (File.Exists(target) || !File.Exists(source))
        {
            return;
        }

        var map = new JsonObject();
        try
        {
            var configuration = JsonNode.Parse(File.ReadAllBytes(source))!.AsObject();
            foreach (var key in s_single)
            {
                if (Text(configuration[key]) is { } token)
                {
                    map[key] = token;
                }
            }

            if (configuration["additional_special_tokens"] is JsonArray { Count: > 0 } more)
            {
                map["additional_special_tokens"] = new JsonArray([.. more.Select(Text).OfType<string>().Select(static token => (JsonNode)token)]);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new ZephyrException($"{source}: not a tokenizer's configuration ({error.Message}). Correct the tokenizer that the experiment names.", error);
        }

        File.WriteAllText(target, map.ToJsonString(s_writing) + "\n");
    }

    // A token stands as its text, or as an object whose content it is.
    private static string? Text(JsonNode? token) => token switch
    {
        JsonObject added => (string?)added["content"],
        JsonValue value when value.GetValueKind() == JsonValueKind.String => (string?)value,
        _ => null,
    };
}
