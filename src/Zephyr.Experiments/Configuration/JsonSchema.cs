using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Configuration;

/// <summary>JSON Schema (draft 7) of experiment files, from the same shape that checks them.</summary>
public static class JsonSchema
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as text.</summary>
    /// <param name="shape">Shape of the root section.</param>
    /// <returns>JSON that ends with a line feed.</returns>
    public static string Text(SettingShape shape)
    {
        var properties = new JsonObject
        {
            ["extends"] = new JsonObject { ["type"] = "string", ["description"] = "experiment file this one is merged over; counts from this file's folder" },
            ["sweep"] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "one run for every combination of grid, list and seeds; a setting directly here is one of the grid's",
                ["properties"] = new JsonObject
                {
                    ["grid"] = new JsonObject
                    {
                        ["type"] = "object",
                        ["description"] = "settings with lists of values, such as ddpo.beta: [0.05, 0.1]",
                        ["additionalProperties"] = Values(),
                    },
                    ["list"] = new JsonObject
                    {
                        ["type"] = "array",
                        ["minItems"] = 1,
                        ["description"] = "combinations one by one, such as {name: gentle, ddpo.beta: 0.5, ddpo.epochs: 1}",
                        ["items"] = new JsonObject { ["type"] = "object", ["minProperties"] = 1 },
                    },
                    ["seeds"] = new JsonObject
                    {
                        ["type"] = new JsonArray("integer", "array"),
                        ["description"] = "a list of seeds, or how many to take from the experiment's seed on; results show mean and spread over them",
                        ["minimum"] = 1,
                        ["minItems"] = 1,
                    },
                },
                ["additionalProperties"] = Values(),
            },
        };
        foreach (var property in shape.Properties)
        {
            properties[property.Key] = Property(property);
        }

        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Zephyr experiment",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        }.ToJsonString(s_indented) + "\n";
    }

    private static JsonObject Values() => new() { ["type"] = "array", ["minItems"] = 1 };

    private static JsonObject Property(SettingProperty property)
    {
        var schema = Shape(property.Shape);
        schema["description"] = property.Description;
        if (property.Minimum is { } minimum)
        {
            schema["minimum"] = minimum;
        }

        if (property.Maximum is { } maximum)
        {
            schema["maximum"] = maximum;
        }

        if (property.Pattern is not null)
        {
            schema["pattern"] = $"^(?:{property.Pattern})$";
        }

        if (property is { Required: true, Shape.Kind: SettingKind.Text })
        {
            schema["minLength"] = 1;
        }

        return schema;
    }

    private static JsonObject Shape(SettingShape shape)
    {
        var name = shape.Kind switch
        {
            SettingKind.Section => "object",
            SettingKind.List => "array",
            SettingKind.Integer => "integer",
            SettingKind.Number => "number",
            SettingKind.Switch => "boolean",
            _ => "string",
        };
        var schema = new JsonObject { ["type"] = shape.Nullable ? new JsonArray(name, "null") : name };
        switch (shape.Kind)
        {
            case SettingKind.Section:
                schema["additionalProperties"] = false;
                if (shape.Properties.Where(property => property.Required).Select(property => (JsonNode?)property.Key).ToArray() is { Length: > 0 } required)
                {
                    schema["required"] = new JsonArray(required);
                }

                schema["properties"] = new JsonObject(shape.Properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Property(property))));
                break;
            case SettingKind.List:
                schema["items"] = Shape(shape.Item!);
                break;
            case SettingKind.Choice:
                var words = shape.Choices.Keys.Select(word => (JsonNode?)word).ToList();
                schema["enum"] = new JsonArray([.. shape.Nullable ? words.Append(null) : words]);
                break;
            case SettingKind.Integer when shape.Type == typeof(ulong):
                schema["minimum"] = 0;
                break;
        }

        return schema;
    }
}
