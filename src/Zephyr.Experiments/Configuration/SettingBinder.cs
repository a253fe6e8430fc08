using System.Text.RegularExpressions;

namespace Zephyr.Experiments.Configuration;

/// <summary>Checks nodes against the C# option records, makes the records, and keeps where every value came from.</summary>
/// <param name="problems">Takes everything that is wrong.</param>
public sealed class SettingBinder(List<ConfigurationProblem> problems)
{
    /// <summary>Binds a whole file.</summary>
    /// <param name="shape">Shape of the root section.</param>
    /// <param name="root">The merged nodes.</param>
    /// <returns>The record (incomplete where problems were found) and the resolved settings.</returns>
    public (object Value, ResolvedSection Resolved) Bind(SettingShape shape, SettingMap root)
    {
        var (value, resolved) = BindSection(shape, root, "", null, shape);
        return (value, resolved);
    }

    private (object? Value, ResolvedSetting Resolved) BindNode(SettingNode node, SettingShape shape, string key, SettingProperty? property, SettingShape root)
    {
        switch (node)
        {
            case SettingScalar scalar when shape.Kind is not (SettingKind.Section or SettingKind.List):
                return BindScalar(scalar, shape, key, property);
            case SettingScalar scalar when shape.Nullable && ScalarReader.IsNull(scalar):
                return (null, new ResolvedValue(key, node.Origin, property, null));
            case SettingMap map when shape.Kind == SettingKind.Section:
                return BindSection(shape, map, key, property, root);
            case SettingList list when shape.Kind == SettingKind.List:
                return BindList(list, shape, key, property, root);
            default:
                var given = node switch
                {
                    SettingMap => "a section",
                    SettingList => "a list",
                    SettingScalar scalar when ScalarReader.IsNull(scalar) => "empty",
                    _ => $"\"{((SettingScalar)node).Text}\"",
                };
                problems.Add(new ConfigurationProblem(node.Origin, key, $"must be {shape.Noun} (is {given})"));
                return (null, new ResolvedValue(key, node.Origin, property, null));
        }
    }

    private (object Value, ResolvedSection Resolved) BindSection(SettingShape shape, SettingMap map, string key, SettingProperty? owner, SettingShape root)
    {
        var value = Activator.CreateInstance(shape.Type)!;
        var prefix = key.Length == 0 ? "" : key + ".";
        var entries = new List<ResolvedEntry>();
        foreach (var property in shape.Properties)
        {
            var name = prefix + property.Key;
            ResolvedSetting resolved;
            if (map.Find(property.Key) is { } entry)
            {
                var before = problems.Count;
                (var bound, resolved) = BindNode(entry.Value, property.Shape, name, property, root);
                if (problems.Count == before)
                {
                    property.Property.SetValue(value, bound);
                }
            }
            else
            {
                if (property.Required)
                {
                    problems.Add(new ConfigurationProblem(map.Origin, name, $"is missing: {property.Description}"));
                }

                resolved = ResolveDefault(property.Property.GetValue(value), property.Shape, name, property);
            }

            entries.Add(new ResolvedEntry(property.Key, resolved));
        }

        foreach (var entry in map.Entries.Where(entry => !shape.Properties.Any(property => string.Equals(property.Key, entry.Key, StringComparison.Ordinal))))
        {
            problems.Add(new ConfigurationProblem(entry.KeyOrigin, prefix + entry.Key, "unknown key" + Suggest(entry.Key, prefix, shape, root)));
        }

        return (value, new ResolvedSection(key, map.Origin, owner, entries));
    }

    private (object? Value, ResolvedSetting Resolved) BindList(SettingList list, SettingShape shape, string key, SettingProperty? property, SettingShape root)
    {
        var items = Array.CreateInstance(shape.Item!.Type, list.Items.Count);
        var resolved = new List<ResolvedSetting>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var before = problems.Count;
            var (item, setting) = BindNode(list.Items[i], shape.Item, $"{key}[{i}]", null, root);
            if (problems.Count == before)
            {
                items.SetValue(item, i);
            }

            resolved.Add(setting);
        }

        return (items, new ResolvedList(key, list.Origin, property, resolved));
    }

    private (object? Value, ResolvedSetting Resolved) BindScalar(SettingScalar scalar, SettingShape shape, string key, SettingProperty? property)
    {
        var wrong = ScalarReader.Read(scalar, shape, out var value) ?? (property is null ? null : OutOfBounds(scalar, value, property) ?? PathReader.Problem(value, property));
        if (wrong is not null)
        {
            problems.Add(new ConfigurationProblem(scalar.Origin, key, wrong));
            return (null, new ResolvedValue(key, scalar.Origin, property, null));
        }

        if (property is { IsPath: true } && value is string path && !property.PathKeywords.Contains(path, StringComparer.Ordinal))
        {
            value = PathReader.Read(path, property, scalar.Origin.Folder ?? throw new InvalidOperationException($"{key} has no folder to count from."));
        }

        var bound = value switch
        {
            string word when shape.Kind == SettingKind.Choice => shape.Choices[word],
            long number when shape.Type == typeof(int) => (int)number,
            _ => value,
        };
        return (bound, new ResolvedValue(key, scalar.Origin, property, value));
    }

    private static string? OutOfBounds(SettingScalar scalar, object? value, SettingProperty property)
    {
        if (value is long or ulong or double && property.Minimum is { } minimum && property.Maximum is { } maximum)
        {
            var number = Convert.ToDouble(value);
            return number >= minimum && number <= maximum ? null : $"must be between {minimum} and {maximum} (is {scalar.Text})";
        }

        if (value is not string text)
        {
            return null;
        }

        if (text.Length == 0 && (property.Required || property.IsPath))
        {
            return $"must not be empty: {property.Description}";
        }

        return property.Pattern is null || Regex.IsMatch(text, $"^(?:{property.Pattern})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            ? null
            : $"must be {property.PatternMeaning ?? $"text like {property.Pattern}"}{(property.IsSecret ? "; what is there is not repeated here" : $" (is \"{text}\")")}";
    }

    private static ResolvedSetting ResolveDefault(object? value, SettingShape shape, string key, SettingProperty? property) => shape.Kind switch
    {
        _ when value is null => new ResolvedValue(key, SettingOrigin.Default, property, null),
        SettingKind.Section => new ResolvedSection(key, SettingOrigin.Default, property, [.. shape.Properties.Select(inner =>
            new ResolvedEntry(inner.Key, ResolveDefault(inner.Property.GetValue(value), inner.Shape, $"{key}.{inner.Key}", inner)))]),
        SettingKind.List => new ResolvedList(key, SettingOrigin.Default, property, [.. ((System.Collections.IEnumerable)value).Cast<object?>()
            .Select((item, i) => ResolveDefault(item, shape.Item!, $"{key}[{i}]", null))]),
        SettingKind.Choice => new ResolvedValue(key, SettingOrigin.Default, property, SettingShapeReader.SnakeCase(value.ToString()!)),
        SettingKind.Integer when value is int number => new ResolvedValue(key, SettingOrigin.Default, property, (long)number),
        _ => new ResolvedValue(key, SettingOrigin.Default, property, value),
    };

    // The nearest name in the same section; else a section anywhere that has a key of exactly this name.
    private static string Suggest(string given, string prefix, SettingShape shape, SettingShape root)
    {
        if (NameSuggestion.Nearest(given, shape.Properties.Select(property => property.Key)) is { } near)
        {
            return $"; did you mean {prefix}{near}?";
        }

        var elsewhere = AllKeys(root, "").Where(name => name.EndsWith("." + given, StringComparison.Ordinal)).ToList();
        return elsewhere.Count > 0
            ? $"; did you mean {string.Join(" or ", elsewhere)}?"
            : $"; valid here: {string.Join(", ", shape.Properties.Select(property => property.Key))}";
    }

    private static IEnumerable<string> AllKeys(SettingShape shape, string prefix) => shape.Properties.SelectMany(property =>
        property.Shape.Kind == SettingKind.Section
            ? AllKeys(property.Shape, $"{prefix}{property.Key}.").Prepend(prefix + property.Key)
            : [prefix + property.Key]);
}
