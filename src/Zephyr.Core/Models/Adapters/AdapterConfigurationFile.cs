using System.Text.Json;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// Reads and writes <c>adapter_config.json</c> as PEFT has it. A field that changes what an adapter computes is honoured or refused
/// by name; so is a field this program does not know, unless it is switched off.
/// </summary>
public static class AdapterConfigurationFile
{
    /// <summary>Name of the file in an adapter folder.</summary>
    public const string FileName = "adapter_config.json";

    private const long MaxLength = 1 << 20;
    private const int MaxRank = 1 << 16;

    // Fields that tell where an adapter comes from or how it was trained, not what it computes.
    private static readonly HashSet<string> s_descriptive = new(StringComparer.Ordinal)
    {
        "peft_type", "task_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "bias", "init_lora_weights", "auto_mapping",
        "base_model_name_or_path", "inference_mode", "revision", "peft_version", "megatron_core", "layers_pattern", "loftq_config",
        "eva_config", "runtime_config", "ephemeral_gpu_offload", "qalora_group_size",
    };

    /// <summary>Reads the file of an adapter folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="AdapterFormatException">The file is no JSON, lacks a field, or asks for something that is not supported.</exception>
    /// <exception cref="ZephyrException">The file is missing or cannot be read.</exception>
    public static AdapterConfiguration Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new ZephyrException($"{path}: the file does not exist. An adapter folder holds {FileName} and {LoraAdapter.WeightsFile}; check the path.");
            }

            return file.Length > MaxLength
                ? throw new AdapterFormatException(path, $"{file.Length} bytes are too many for an adapter configuration. Check that it is the right file.")
                : Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{path}: the file cannot be read ({exception.Message}). Check its permissions.", exception);
        }
    }

    /// <summary>Writes the file into a folder; the same configuration gives the same bytes.</summary>
    /// <param name="configuration">What to write.</param>
    /// <param name="folder">The adapter folder.</param>
    /// <param name="baseModel">Name or folder of the model it belongs to; null when it has none.</param>
    /// <exception cref="ZephyrException">The folder cannot be written.</exception>
    public static void Save(AdapterConfiguration configuration, string folder, string? baseModel = null) => DurableStorage.WriteFile(Path.Combine(folder, FileName), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("base_model_name_or_path", baseModel);
        json.WriteString("bias", "none");
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteBoolean("inference_mode", true);
        json.WriteBoolean("init_lora_weights", true);
        json.WriteNumber("lora_alpha", configuration.Alpha);
        json.WriteNumber("lora_dropout", configuration.Dropout);
        json.WriteNull("modules_to_save");
        json.WriteString("peft_type", "LORA");
        json.WriteNumber("r", configuration.Rank);
        json.WriteStartArray("target_modules");
        foreach (var target in configuration.Targets)
        {
            json.WriteStringValue(LoraTargets.Name(target));
        }

        json.WriteEndArray();
        json.WriteString("task_type", "CAUSAL_LM");
        json.WriteBoolean("use_dora", false);
        json.WriteBoolean("use_rslora", configuration.RankStabilized);
        json.WriteEndObject();
    });

    /// <summary>Reads the content of a file.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="content">UTF-8 JSON.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="AdapterFormatException">The content is no adapter configuration that is supported.</exception>
    internal static AdapterConfiguration Parse(string path, ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return Read(path, document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new AdapterFormatException(
                $"{path}:{(exception.LineNumber ?? 0) + 1}:{(exception.BytePositionInLine ?? 0) + 1}", "the file is no valid JSON. Correct it or fetch it again.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A text with half of a surrogate pair, which JSON allows and .NET cannot hold.
            throw new AdapterFormatException(path, "a text in the file is no valid Unicode. Correct it or fetch it again.", exception);
        }
    }

    private static AdapterConfiguration Read(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new AdapterFormatException(path, "the file holds no JSON object. Check that it is an adapter configuration.");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!fields.TryAdd(property.Name, property.Value))
            {
                throw new AdapterFormatException(path, $"{property.Name} appears twice. Keep one of the two.");
            }
        }

        RequireText(path, fields, "peft_type", "LORA", optional: false);
        RequireText(path, fields, "task_type", "CAUSAL_LM", optional: true);
        RequireText(path, fields, "bias", "none", optional: true);
        RefuseInitializationThatChangesTheBase(path, fields);
        foreach (var (name, value) in fields)
        {
            if (!s_descriptive.Contains(name) && !IsOff(value))
            {
                throw new AdapterFormatException(path, $"{name} is {Shown(value)}, which is not supported. Merge the adapter with the program that made it, or train one without.");
            }
        }

        var rank = Number(path, fields, "r", 1, MaxRank, null);
        return rank != Math.Floor(rank)
            ? throw new AdapterFormatException(path, $"r is {rank}, expected a whole number. Correct it.")
            : new AdapterConfiguration(
                (int)rank,
                Number(path, fields, "lora_alpha", 1e-6, 1e6, null),
                Number(path, fields, "lora_dropout", 0, 1, 0),
                Targets(path, fields),
                Flag(path, fields, "use_rslora"));
    }

    private static void RequireText(string path, Dictionary<string, JsonElement> fields, string name, string expected, bool optional)
    {
        var missing = !fields.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null;
        if (missing ? !optional : value.ValueKind != JsonValueKind.String || !value.ValueEquals(expected))
        {
            throw new AdapterFormatException(path, $"{name} is {(missing ? "missing" : Shown(value))}, and only {expected} is supported. Take another adapter.");
        }
    }

    // PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA start from changed base weights, which the adapter's folder does not hold.
    private static void RefuseInitializationThatChangesTheBase(string path, Dictionary<string, JsonElement> fields)
    {
        if (fields.TryGetValue("init_lora_weights", out var value) && value.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
            && !(value.ValueKind == JsonValueKind.String && value.GetString() is "gaussian" or "eva" or "orthogonal"))
        {
            throw new AdapterFormatException(path, $"init_lora_weights is {Shown(value)}, which belongs to changed base weights. Convert the adapter to plain LoRA with PEFT first.");
        }
    }

    private static double Number(string path, Dictionary<string, JsonElement> fields, string name, double low, double high, double? absent)
    {
        if (!fields.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return absent ?? throw new AdapterFormatException(path, $"{name} is missing. Add it from the adapter's documentation.");
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= low && number <= high
            ? number
            : throw new AdapterFormatException(path, $"{name} is {Shown(value)}, expected a number from {low} to {high}. Correct it.");
    }

    private static bool Flag(string path, Dictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new AdapterFormatException(path, $"{name} is {Shown(value)}, expected true or false. Correct it."),
        };

    private static LoraTarget[] Targets(string path, Dictionary<string, JsonElement> fields)
    {
        if (!fields.TryGetValue("target_modules", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            throw new AdapterFormatException(path, "target_modules is missing. Add the names of the projections that have an adapter.");
        }

        if (value.ValueKind == JsonValueKind.String && value.ValueEquals("all-linear"))
        {
            return Enum.GetValues<LoraTarget>();
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw new AdapterFormatException(path, $"target_modules is {Shown(value)}, expected a list of names or all-linear. Write the names out.");
        }

        var targets = value.EnumerateArray().Select(item => (item.ValueKind == JsonValueKind.String ? LoraTargets.Find(item.GetString()) : null)
            ?? throw new AdapterFormatException(path, $"target_modules names {Shown(item)}, which is no projection of a decoder layer. Take an adapter on q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj."));
        return [.. targets.Distinct().Order()];
    }

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static string Shown(JsonElement value)
    {
        const int longest = 80;
        var text = value.GetRawText();
        return text.Length <= longest ? text : text[..longest] + "...";
    }
}
