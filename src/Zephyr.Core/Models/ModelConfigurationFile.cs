using System.Text.Json;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Models;

/// <summary>
/// Reads and writes <c>config.json</c> and <c>generation_config.json</c> of a model folder. What the decoder does not compute is
/// refused, never ignored: another architecture, another activation, rotary scaling, biases.
/// </summary>
public static class ModelConfigurationFile
{
    private const long MaxLength = 1 << 20;

    /// <summary>Name of the file in a model folder.</summary>
    public const string FileName = "config.json";

    /// <summary>Name of the file that says where generation stops.</summary>
    public const string GenerationFileName = "generation_config.json";

    /// <summary>Reads the <c>config.json</c> of a model folder.</summary>
    /// <param name="folder">The model folder.</param>
    /// <returns>The configuration, checked.</returns>
    /// <exception cref="ZephyrException">The file is missing, is no JSON, lacks a key, or asks for something the decoder does not compute.</exception>
    public static ModelConfiguration Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new ZephyrException($"{path}: the file does not exist. A model folder holds config.json and model.safetensors; check the path.");
        }

        var configuration = Open(path, Read);
        var generation = Path.Combine(folder, GenerationFileName);
        return File.Exists(generation)
            ? configuration with { GenerationEosTokenIds = Open(generation, static (name, root) => new ConfigurationKeys(name, Required(name, root)).TokenIds("eos_token_id")) }
            : configuration;
    }

    private static T Open<T>(string path, Func<string, JsonElement, T> read)
    {
        try
        {
            if (new FileInfo(path).Length is var length and > MaxLength)
            {
                throw new ZephyrException($"{path}: {length} bytes are too many for a model configuration. Check that it is the right file.");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(path, document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new ZephyrException(
                $"{path}:{(exception.LineNumber ?? 0) + 1}:{(exception.BytePositionInLine ?? 0) + 1}: the file is no valid JSON. Correct it or fetch it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the file cannot be read ({exception.Message}). Check its permissions.", exception);
        }
    }

    private static JsonElement Required(string path, JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? root
        : throw new ZephyrException($"{path}: the file holds no JSON object. Check that it is a model configuration.");

    /// <summary>Writes <c>config.json</c> and <c>generation_config.json</c> into a folder; the same configuration gives the same bytes.</summary>
    /// <param name="configuration">What to write.</param>
    /// <param name="folder">The model folder.</param>
    /// <param name="weights">Type of the stored weights, recorded as <c>torch_dtype</c>.</param>
    /// <exception cref="ZephyrException">The folder cannot be written.</exception>
    public static void Save(ModelConfiguration configuration, string folder, ComputeType weights)
    {
        var mistral = string.Equals(configuration.ModelType, "mistral", StringComparison.Ordinal);
        DurableStorage.WriteFile(Path.Combine(folder, FileName), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(mistral ? "MistralForCausalLM" : "LlamaForCausalLM");
            json.WriteEndArray();
            json.WriteNumber("attention_dropout", 0.0);
            WriteOptional(json, "bos_token_id", configuration.BosTokenId);
            WriteIds(json, "eos_token_id", configuration.EosTokenIds);
            json.WriteNumber("head_dim", configuration.HeadDim);
            json.WriteString("hidden_act", "silu");
            json.WriteNumber("hidden_size", configuration.HiddenSize);
            json.WriteNumber("initializer_range", configuration.InitializerRange);
            json.WriteNumber("intermediate_size", configuration.IntermediateSize);
            json.WriteNumber("max_position_embeddings", configuration.MaxPositionEmbeddings);
            json.WriteString("model_type", configuration.ModelType);
            json.WriteNumber("num_attention_heads", configuration.NumAttentionHeads);
            json.WriteNumber("num_hidden_layers", configuration.NumHiddenLayers);
            json.WriteNumber("num_key_value_heads", configuration.NumKeyValueHeads);
            json.WriteNumber("rms_norm_eps", configuration.RmsNormEps);
            json.WriteNumber("rope_theta", configuration.RopeTheta);
            if (mistral)
            {
                WriteOptional(json, "sliding_window", configuration.SlidingWindow);
            }

            json.WriteBoolean("tie_word_embeddings", configuration.TieWordEmbeddings);
            json.WriteString("torch_dtype", weights == ComputeType.Bfloat16 ? "bfloat16" : "float32");
            json.WriteBoolean("use_cache", true);
            json.WriteNumber("vocab_size", configuration.VocabSize);
            json.WriteEndObject();
        });
        DurableStorage.WriteFile(Path.Combine(folder, GenerationFileName), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            WriteOptional(json, "bos_token_id", configuration.BosTokenId);
            WriteIds(json, "eos_token_id", configuration.StopTokenIds);
            json.WriteEndObject();
        });
    }

    // One id as a number, as most models have it; several as a list.
    private static void WriteIds(Utf8JsonWriter json, string key, IReadOnlyList<int> ids)
    {
        if (ids.Count <= 1)
        {
            WriteOptional(json, key, ids.Count == 0 ? null : ids[0]);
            return;
        }

        json.WriteStartArray(key);
        foreach (var id in ids)
        {
            json.WriteNumberValue(id);
        }

        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string key, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(key, number);
        }
        else
        {
            json.WriteNull(key);
        }
    }

    private static ModelConfiguration Read(string path, JsonElement root)
    {
        var keys = new ConfigurationKeys(path, Required(path, root));
        var type = keys.Text("model_type") ?? throw new ZephyrException($"{path}: model_type is missing. Check that it is a model configuration.");
        if (type is not ("mistral" or "llama"))
        {
            throw new ZephyrException($"{path}: model_type '{type}' is not supported. Take a model whose model_type is mistral or llama.");
        }

        keys.Refuse("architectures", static value => value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().Any(static name => !(name.ValueEquals("MistralForCausalLM") || name.ValueEquals("LlamaForCausalLM"))));
        keys.Refuse("rope_scaling", static value => value.ValueKind != JsonValueKind.Null);
        keys.Refuse("hidden_act", static value => !value.ValueEquals("silu"));
        keys.Refuse("attention_bias", static value => value.ValueKind != JsonValueKind.False);
        keys.Refuse("mlp_bias", static value => value.ValueKind != JsonValueKind.False);
        keys.Refuse("quantization_config", static value => value.ValueKind != JsonValueKind.Null);
        keys.Refuse("attention_dropout", static value => value.ValueKind != JsonValueKind.Number || value.GetDouble() != 0);
        keys.Refuse("pretraining_tp", static value => value.ValueKind != JsonValueKind.Number || value.GetDouble() != 1);
        var heads = keys.Integer("num_attention_heads");
        var hidden = keys.Integer("hidden_size");
        return new ModelConfiguration
        {
            ModelType = type,
            VocabSize = keys.Integer("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = keys.Integer("intermediate_size"),
            NumHiddenLayers = keys.Integer("num_hidden_layers"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keys.OptionalInteger("num_key_value_heads") ?? heads,
            HeadDim = keys.OptionalInteger("head_dim") ?? (heads > 0 ? hidden / heads : 0),
            MaxPositionEmbeddings = keys.Integer("max_position_embeddings"),
            SlidingWindow = string.Equals(type, "mistral", StringComparison.Ordinal) ? keys.OptionalInteger("sliding_window") : null,
            RopeTheta = keys.RopeTheta(),
            RmsNormEps = keys.Number("rms_norm_eps") ?? 1e-6,
            TieWordEmbeddings = keys.Flag("tie_word_embeddings") ?? false,
            InitializerRange = keys.Number("initializer_range") ?? 0.02,
            BosTokenId = keys.OptionalInteger("bos_token_id"),
            EosTokenIds = keys.TokenIds("eos_token_id") ?? [],
        }.Checked(path);
    }
}
