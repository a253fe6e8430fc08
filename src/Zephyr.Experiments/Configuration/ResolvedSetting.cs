using System.Globalization;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Configuration;

/// <summary>A checked piece of configuration, defaults filled in, with the place that set it.</summary>
/// <param name="Key">Dotted name, such as <c>ddpo.beta</c> or <c>data.sft[0].path</c>.</param>
/// <param name="Origin">Where it was set.</param>
/// <param name="Property">The setting it is; null for the root and for items of lists.</param>
public abstract record ResolvedSetting(string Key, SettingOrigin Origin, SettingProperty? Property)
{
    /// <summary>This piece and everything below it that holds a value of its own: leaves, and empty lists and sections.</summary>
    /// <returns>The leaves, in the order of the file's schema.</returns>
    public abstract IEnumerable<ResolvedSetting> Leaves();

    /// <summary>The piece as JSON.</summary>
    /// <returns>A new node; null for null.</returns>
    public abstract JsonNode? ToJson();
}

/// <summary>One checked value.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Origin">Where it was set.</param>
/// <param name="Property">The setting it is.</param>
/// <param name="Value">null, bool, long, ulong, double or string; a choice is its word.</param>
public sealed record ResolvedValue(string Key, SettingOrigin Origin, SettingProperty? Property, object? Value)
    : ResolvedSetting(Key, Origin, Property)
{
    /// <summary>The value as text: the shortest that reads back the same, so 1e-3 and 0.001 are one.</summary>
    public string Text => Value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)Value,
    };

    /// <inheritdoc />
    public override IEnumerable<ResolvedSetting> Leaves() => [this];

    /// <inheritdoc />
    public override JsonNode? ToJson() => Value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        double number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        ulong number => JsonValue.Create(number),
        _ => JsonValue.Create((string)Value),
    };
}

/// <summary>A checked list.</summary>
/// <param name="Key">Dotted name.</param>
/// <param name="Origin">Where it was set.</param>
/// <param name="Property">The setting it is.</param>
/// <param name="Items">Its items.</param>
public sealed record ResolvedList(string Key, SettingOrigin Origin, SettingProperty? Property, IReadOnlyList<ResolvedSetting> Items)
    : ResolvedSetting(Key, Origin, Property)
{
    /// <inheritdoc />
    public override IEnumerable<ResolvedSetting> Leaves() => Items.Count == 0 ? [this] : Items.SelectMany(item => item.Leaves());

    /// <inheritdoc />
    public override JsonNode ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);
}

/// <summary>A checked section, every setting of it present.</summary>
/// <param name="Key">Dotted name; empty for the whole experiment.</param>
/// <param name="Origin">Where it was set.</param>
/// <param name="Property">The setting it is.</param>
/// <param name="Entries">Its settings by name.</param>
public sealed record ResolvedSection(
    string Key,
    SettingOrigin Origin,
    SettingProperty? Property,
    IReadOnlyList<ResolvedEntry> Entries)
    : ResolvedSetting(Key, Origin, Property)
{
    /// <summary>Finds a setting or section by its dotted name.</summary>
    /// <param name="key">Dotted name; list items as <c>data.sft[0]</c> are not looked up.</param>
    /// <returns>The setting; the null section above it where a section is null; null when there is no such name.</returns>
    public ResolvedSetting? Find(string key)
    {
        ResolvedSetting current = this;
        foreach (var part in key.Split('.'))
        {
            switch (current)
            {
                case ResolvedSection section:
                    var next = section.Entries.FirstOrDefault(entry => string.Equals(entry.Key, part, StringComparison.Ordinal))?.Value;
                    if (next is null)
                    {
                        return null;
                    }

                    current = next;
                    break;
                case ResolvedValue { Value: null, Property: { Shape.Kind: SettingKind.Section } owner } absent
                    when owner.Shape.Properties.Any(property => string.Equals(property.Key, part, StringComparison.Ordinal)):
                    return absent;
                default:
                    return null;
            }
        }

        return current;
    }

    /// <inheritdoc />
    public override IEnumerable<ResolvedSetting> Leaves() => Entries.Count == 0 ? [this] : Entries.SelectMany(entry => entry.Value.Leaves());

    /// <inheritdoc />
    public override JsonNode ToJson() => new JsonObject(Entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToJson())));
}

/// <summary>A setting of a section with its name. A class: code over lists of pairs that are structures is compiled anew in every process.</summary>
/// <param name="Key">Its name in the section.</param>
/// <param name="Value">The setting.</param>
public sealed record ResolvedEntry(string Key, ResolvedSetting Value);
