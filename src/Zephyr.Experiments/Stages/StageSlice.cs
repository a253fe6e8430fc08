using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// The part of an experiment that a stage declares, which is the part its key is made of. A stage gets nothing else, so a value outside
/// of its key cannot get into its output.
/// </summary>
public static class StageSlice
{
    /// <summary>Whether a declared prefix covers a setting.</summary>
    /// <param name="declared">Dotted prefixes.</param>
    /// <param name="key">Dotted name of the setting.</param>
    /// <returns>Whether the setting is one of them or below one.</returns>
    public static bool Covers(IEnumerable<string> declared, string key) => declared.Any(prefix => IsAt(prefix, key));

    /// <summary>The settings, those that are not declared replaced.</summary>
    /// <param name="settings">The experiment.</param>
    /// <param name="rest">Where the others come from: the defaults of a new object.</param>
    /// <param name="declared">Dotted prefixes.</param>
    /// <returns>New settings.</returns>
    public static ExperimentSettings Of(ExperimentSettings settings, ExperimentSettings rest, IReadOnlyCollection<string> declared) =>
        ((ExperimentSettings)Merge(settings, rest, ExperimentLoader.Shape, "", declared)!) with { Seed = settings.Seed };

    /// <summary>The settings with their origins, those that are not declared left out.</summary>
    /// <param name="section">The experiment.</param>
    /// <param name="declared">Dotted prefixes; the seed, which is in every key, belongs to each slice.</param>
    /// <returns>A new section.</returns>
    public static ResolvedSection Of(ResolvedSection section, IReadOnlyCollection<string> declared) => section with
    {
        Entries = [.. section.Entries
            .Where(entry => entry.Value.Key == "seed" || Touches(declared, entry.Value.Key))
            .Select(entry => entry.Value is ResolvedSection inner && !Covers(declared, inner.Key)
                ? entry with { Value = Of(inner, declared) }
                : entry)],
    };

    /// <summary>Whether a declared prefix covers a setting or something below it.</summary>
    /// <param name="declared">Dotted prefixes.</param>
    /// <param name="key">Dotted name of a setting or section.</param>
    /// <returns>Whether one does.</returns>
    public static bool Touches(IEnumerable<string> declared, string key) => declared.Any(prefix => IsAt(prefix, key) || IsAt(key, prefix));

    private static bool IsAt(string prefix, string key) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && (key.Length == prefix.Length || key[prefix.Length] is '.' or '[');

    private static object? Merge(object? from, object? rest, SettingShape shape, string prefix, IReadOnlyCollection<string> declared)
    {
        if (from is null)
        {
            return null;
        }

        var merged = Activator.CreateInstance(shape.Type)!;
        foreach (var property in shape.Properties)
        {
            var key = prefix + property.Key;
            var (own, other) = (property.Property.GetValue(from), rest is null ? null : property.Property.GetValue(rest));
            property.Property.SetValue(merged, Covers(declared, key) ? own
                : property.Shape.Kind == SettingKind.Section && Touches(declared, key) ? Merge(own, other, property.Shape, key + ".", declared)
                : rest is null ? property.Property.GetValue(merged)
                : other);
        }

        return merged;
    }
}
