using System.Text.Json;

namespace Zephyr.Core.Models;

/// <summary>Typed access to the keys of a <c>config.json</c>; every failure names the file and the key.</summary>
/// <param name="path">The file.</param>
/// <param name="root">Its JSON object.</param>
internal sealed class ConfigurationKeys(string path, JsonElement root)
{
    /// <summary>Fails when a key is there and asks for something the decoder does not compute.</summary>
    /// <param name="key">The key; absent is fine.</param>
    /// <param name="unsupported">Whether the value is one that cannot be honoured.</param>
    internal void Refuse(string key, Func<JsonElement, bool> unsupported)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        bool refused;
        try
        {
            refused = unsupported(value);
        }
        catch (InvalidOperationException)
        {
            // A value of another JSON kind than the key has in any known model cannot be honoured either.
            refused = true;
        }

        if (refused)
        {
            throw new ZephyrException($"{path}: {key} is {value.GetRawText()}, which is not supported. Take a model without it.");
        }
    }

    /// <summary>A text, or null when the key is absent.</summary>
    internal string? Text(string key) => Find(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A whole number that must be there.</summary>
    internal int Integer(string key) =>
        OptionalInteger(key) ?? throw new ZephyrException($"{path}: {key} is missing. Add it from the model's documentation.");

    /// <summary>A whole number, or null when the key is absent or null.</summary>
    internal int? OptionalInteger(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Mistyped(key, value, "a whole number");
    }

    /// <summary>Token ids: a whole number, or a list of some; null when the key is absent or null.</summary>
    internal IReadOnlyList<int>? TokenIds(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var ids = new List<int>();
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || id < 0)
            {
                throw Mistyped(key, value, "a token id or a list of them");
            }

            ids.Add(id);
        }

        return [.. ids.Distinct()];
    }

    /// <summary>A number, or null when the key is absent or null.</summary>
    internal double? Number(string key)
    {
        if (Find(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Mistyped(key, value, "a number");
    }

    /// <summary>A truth value, or null when the key is absent or null.</summary>
    internal bool? Flag(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Mistyped(key, value, "true or false"),
    };

    /// <summary>
    /// The rotary base: <c>rope_theta</c>, or the <c>rope_parameters</c> of newer files when they ask for plain rotation.
    /// </summary>
    internal double RopeTheta()
    {
        if (Find("rope_parameters") is not { ValueKind: JsonValueKind.Object } parameters)
        {
            return Number("rope_theta") ?? 10000;
        }

        var nested = new ConfigurationKeys($"{path}: rope_parameters", parameters);
        nested.Refuse("rope_type", static value => !value.ValueEquals("default"));
        return nested.Number("rope_theta") ?? 10000;
    }

    private JsonElement? Find(string key) =>
        root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private ZephyrException Mistyped(string key, JsonElement value, string expected) =>
        new($"{path}: {key} is {value.GetRawText()}, expected {expected}. Correct it.");
}
