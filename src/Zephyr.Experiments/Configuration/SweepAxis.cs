namespace Zephyr.Experiments.Configuration;

/// <summary>One direction of a sweep: every member takes one of its points.</summary>
/// <param name="Origin">Where it was given.</param>
/// <param name="Points">Its points.</param>
internal sealed record SweepAxis(SettingOrigin Origin, IReadOnlyList<SweepPoint> Points)
{
    /// <summary>The setting whose values are repetitions of one experiment, not variants of it.</summary>
    public const string Seed = "seed";

    /// <summary>An axis of the values of one setting.</summary>
    /// <param name="values">The setting and its values.</param>
    /// <returns>The axis.</returns>
    public static SweepAxis Of(SettingOverride values) =>
        new(values.Origin, [.. values.Values.Select(value => new SweepPoint(null, [new SweepValue(values, value)]))]);

    /// <summary>The axis without a setting that the command line has given; null when nothing is left of it.</summary>
    /// <param name="key">Dotted name of the setting.</param>
    /// <returns>This axis, a smaller one, or null.</returns>
    public SweepAxis? Without(string key)
    {
        if (!Points.Any(point => point.Sets(key)))
        {
            return this;
        }

        List<SweepPoint> left = [.. Points.Select(point => point.Without(key)).Where(point => point.Name is not null || point.Values.Count > 0)];
        return left.Count == 0 ? null : this with { Points = left };
    }
}

/// <summary>One point of an axis.</summary>
/// <param name="Name">Its name; null to be named by its values.</param>
/// <param name="Values">The settings it gives values to.</param>
internal sealed record SweepPoint(string? Name, IReadOnlyList<SweepValue> Values)
{
    /// <summary>Part of a member's name and of the label of its variant.</summary>
    public string Label => Name ?? string.Join('-', Values.Select(value => $"{value.Setting.Key}-{value.Text}"));

    /// <summary>Whether the point is one of several seeds, and nothing else.</summary>
    public bool IsSeed => Name is null && Values is [{ Setting.Key: SweepAxis.Seed }];

    /// <summary>Whether it gives a setting a value.</summary>
    /// <param name="key">Dotted name.</param>
    /// <returns>Whether it does.</returns>
    public bool Sets(string key) => Values.Any(value => string.Equals(value.Setting.Key, key, StringComparison.Ordinal));

    /// <summary>The point without a setting.</summary>
    /// <param name="key">Dotted name.</param>
    /// <returns>The smaller point.</returns>
    public SweepPoint Without(string key) =>
        this with { Values = [.. Values.Where(value => !string.Equals(value.Setting.Key, key, StringComparison.Ordinal))] };

    /// <summary>Puts the values into an experiment.</summary>
    /// <param name="root">The experiment.</param>
    /// <returns>The new experiment.</returns>
    public SettingMap Apply(SettingMap root) => Values.Aggregate(root, static (map, value) => value.Setting.Apply(map, value.Value));
}

/// <summary>A setting and the value it takes.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">One of its values.</param>
internal sealed record SweepValue(SettingOverride Setting, SettingNode Value)
{
    /// <summary>The value as text.</summary>
    public string Text => ToText(Value);

    private static string ToText(SettingNode node) => node switch
    {
        SettingScalar scalar => scalar.Text,
        SettingList list => $"[{string.Join(' ', list.Items.Select(ToText))}]",
        _ => "section",
    };
}
