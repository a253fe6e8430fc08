
namespace Zephyr.Experiments.Fingerprints;

/// <summary>One ingredient of a fingerprint that is not what it was.</summary>
/// <param name="Ingredient">Name: <c>version</c>, <c>seed</c>, a setting, or <c>input NAME</c>.</param>
/// <param name="Old">The old value as JSON text; null when there was none.</param>
/// <param name="New">The new value as JSON text; null when there is none now, or not yet known.</param>
/// <param name="Origin">Where the new value was set; null when that says nothing.</param>
public sealed record KeyDifference(string Ingredient, string? Old, string? New, string? Origin)
{
    private const int LongestShown = 60;

    /// <summary>Where the old value was set, or the path it was read from; null when that is not known or says nothing.</summary>
    public string? OldOrigin { get; init; }

    /// <inheritdoc />
    public override string ToString() => (Old, New) switch
    {
        (null, _) => $"{Ingredient} is new: {Short(New)}{Where}",
        (_, null) => $"{Ingredient} is gone: it was {Short(Old)}",
        _ => $"{Ingredient} changed from {Short(Old)} to {Short(New)}{Where}",
    };

    private string Where => Origin is null ? "" : $" ({Origin})";

    /// <summary>Everything that differs between two keys of one stage.</summary>
    /// <param name="old">Key of the last run.</param>
    /// <param name="now">Key now; inputs that are not known yet are left out of <see cref="StageKey.Inputs"/>.</param>
    /// <param name="unknownInputs">Names of inputs not known yet, which are not compared.</param>
    /// <returns>The differences: version, seed, settings, inputs, libraries, environment.</returns>
    public static IReadOnlyList<KeyDifference> Between(StageKey old, StageKey now, IReadOnlyCollection<string> unknownInputs)
    {
        var differences = new List<KeyDifference>();
        if (old.Version != now.Version)
        {
            differences.Add(new("version", $"{old.Version}", $"{now.Version}", "the code of the stage"));
        }

        if (old.Seed != now.Seed)
        {
            differences.Add(new("seed", $"{old.Seed}", $"{now.Seed}", now.SeedOrigin) { OldOrigin = old.SeedOrigin });
        }

        differences.AddRange(Compare(
            "",
            old.Settings.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal),
            now.Settings.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal),
            key => now.Settings.FirstOrDefault(setting => setting.Key == key)?.Origin,
            key => old.Settings.FirstOrDefault(setting => setting.Key == key)?.Origin));
        differences.AddRange(Compare(
            "input ",
            old.Inputs.Where(input => !unknownInputs.Contains(input.Name, StringComparer.Ordinal)).ToDictionary(input => input.Name, input => input.Sha256, StringComparer.Ordinal),
            now.Inputs.ToDictionary(input => input.Name, input => input.Sha256, StringComparer.Ordinal),
            key => now.Inputs.FirstOrDefault(input => input.Name == key)?.Source,
            key => old.Inputs.FirstOrDefault(input => input.Name == key)?.Source));
        differences.AddRange(Compare("library ", Versions(old), Versions(now), _ => null, _ => null));
        differences.AddRange(Compare("environment ", old.Environment, now.Environment, _ => null, _ => null));
        return differences;
    }

    private static Dictionary<string, string> Versions(StageKey key) =>
        key.Libraries.ToDictionary(library => library.Name, library => library.Version, StringComparer.Ordinal);

    private static IEnumerable<KeyDifference> Compare(
        string prefix,
        IReadOnlyDictionary<string, string> old,
        IReadOnlyDictionary<string, string> now,
        Func<string, string?> origin,
        Func<string, string?> oldOrigin) =>
        old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Old: old.GetValueOrDefault(key), New: now.GetValueOrDefault(key)))
            .Where(entry => entry.Old != entry.New)
            .Select(entry => new KeyDifference(prefix + entry.Key, entry.Old, entry.New, origin(entry.Key)) { OldOrigin = oldOrigin(entry.Key) });

    // Hashes are cut to 12 digits and long texts to their beginning for reading; the JSON output has them whole.
    private static string Short(string? value) =>
        value is null ? "nothing"
            : value.Length == 64 && value.All(char.IsAsciiHexDigitLower) ? value[..12]
            : value.Length > LongestShown ? value[..LongestShown] + "…" : value;
}
