using System.Text.Json;
using Zephyr.Core.Json;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>One value of a tokenizer.json with its place: the small parts around the model, whose keys come in any order.</summary>
internal sealed class JsonPart
{
    private JsonPart(int offset, JsonTokenType kind)
    {
        Offset = offset;
        Kind = kind;
    }

    /// <summary>Where the value stands.</summary>
    public int Offset { get; }

    /// <summary>Its kind: an object, a list, text, a number, true, false or null.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>The text of a text.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The value of a number.</summary>
    public double Number { get; private init; }

    /// <summary>The items of a list.</summary>
    public List<JsonPart> Items { get; } = [];

    /// <summary>The properties of an object.</summary>
    public Dictionary<string, JsonPart> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads the current value.</summary>
    public static JsonPart Read(ref JsonCursor cursor)
    {
        var part = new JsonPart(cursor.Offset, cursor.Token)
        {
            Text = cursor.Token == JsonTokenType.String ? cursor.String("a value") : "",
            Number = cursor.Token == JsonTokenType.Number ? cursor.Number("a value") : 0,
        };
        if (part.Kind == JsonTokenType.StartArray)
        {
            while (cursor.NextItem())
            {
                part.Items.Add(Read(ref cursor));
            }
        }
        else if (part.Kind == JsonTokenType.StartObject)
        {
            while (cursor.NextProperty(out var name))
            {
                if (!part.Properties.TryAdd(name, Read(ref cursor)))
                {
                    throw cursor.Fault($"'{name}' is given twice");
                }
            }
        }

        return part;
    }
}
