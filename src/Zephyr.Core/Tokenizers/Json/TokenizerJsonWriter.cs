using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>Writes tokenizer.json of the Llama kind, in the layout that Hugging Face tokenizers writes.</summary>
internal static class TokenizerJsonWriter
{
    private const string WordMark = "\u2581";
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a vocabulary.</summary>
    /// <param name="pieces">Its pieces; the index is the id.</param>
    /// <param name="rules">Its merge rules.</param>
    /// <param name="special">Its special tokens: for unknown text, for the beginning and for the end; the index is the id.</param>
    public static byte[] Write(IReadOnlyList<string> pieces, IReadOnlyList<MergeRule> rules, IReadOnlyList<string> special)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            WriteAddedTokens(json, special);
            json.WritePropertyName("normalizer");
            json.WriteRawValue($$"""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"{{WordMark}}"},{"type":"Replace","pattern":{"String":" "},"content":"{{WordMark}}"}]}""");
            json.WriteNull("pre_tokenizer");
            json.WritePropertyName("post_processor");
            json.WriteRawValue(
                """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""");
            json.WritePropertyName("decoder");
            json.WriteRawValue(
                $$"""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"{{WordMark}}"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""");
            WriteModel(json, pieces, rules, special);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAddedTokens(Utf8JsonWriter json, IReadOnlyList<string> special)
    {
        json.WriteStartArray("added_tokens");
        for (var id = 0; id < special.Count; id++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", special[id]);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter json, IReadOnlyList<string> pieces, IReadOnlyList<MergeRule> rules, IReadOnlyList<string> special)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", special[0]);
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", true);
        json.WriteBoolean("byte_fallback", true);
        json.WriteStartObject("vocab");
        for (var id = 0; id < pieces.Count; id++)
        {
            json.WriteNumber(pieces[id], id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var rule in rules)
        {
            json.WriteStringValue($"{pieces[rule.Left]} {pieces[rule.Right]}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
