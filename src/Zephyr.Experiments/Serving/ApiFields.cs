using System.Text.Json;

namespace Zephyr.Experiments.Serving;

/// <summary>Reads the fields of a request and names the one that is of the wrong type.</summary>
/// <param name="root">The request.</param>
internal sealed class ApiFields(JsonElement root)
{
    /// <summary>The names of its fields.</summary>
    public IEnumerable<string> Names => root.EnumerateObject().Select(static property => property.Name);

    /// <summary>A field; null when it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A number.</summary>
    public double Number(string name, double standard) => Find(name) is not { } value
        ? standard
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw WrongType(name, "a number");

    /// <summary>A whole number.</summary>
    public long? Whole(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw WrongType(name, "an integer");

    /// <summary>A whole number of the size of <see cref="int"/>.</summary>
    public int? Count(string name) => Whole(name) is not { } value
        ? null
        : value is >= int.MinValue and <= int.MaxValue ? (int)value : throw ApiException.Invalid(name, $"'{name}' is out of range (is {value}).");

    /// <summary>True or false.</summary>
    public bool Flag(string name) => Find(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType(name, "a boolean"),
    };

    /// <summary>A text.</summary>
    public string? Text(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw WrongType(name, "a string");

    /// <summary>One text or several.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case { ValueKind: JsonValueKind.String } value:
                return [value.GetString()!];
            case { ValueKind: JsonValueKind.Array } value:
                return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw WrongType(name, "a string or an array of strings"))];
            default:
                throw WrongType(name, "a string or an array of strings");
        }
    }

    /// <summary>The error for a field of the wrong type.</summary>
    public static ApiException WrongType(string name, string expected) => ApiException.Invalid(name, $"Invalid type for '{name}': expected {expected}.", "invalid_type");
}
