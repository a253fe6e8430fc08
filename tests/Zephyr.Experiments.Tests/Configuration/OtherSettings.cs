using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Tests.Configuration;

/// <summary>Makes settings of other values out of the setting types alone, so that a new setting is covered by itself.</summary>
internal static class OtherSettings
{
    /// <summary>An experiment in which nothing has its default and every optional section is there. No rule between settings holds.</summary>
    public static ExperimentSettings All() => (ExperimentSettings)Section(ExperimentLoader.Shape, null)!;

    /// <summary>Every single setting of an experiment with optional sections filled in, each changed in turn.</summary>
    /// <returns>Dotted name, the setting, and the experiment in which it alone is different.</returns>
    public static IEnumerable<(string Key, SettingProperty Property, ExperimentSettings Changed)> EachInTurn(ExperimentSettings settings) =>
        Changes(ExperimentLoader.Shape, settings, "").Select(change => (change.Key, change.Property, (ExperimentSettings)change.Section));

    /// <summary>The settings as the loader would resolve them.</summary>
    public static Experiment Experiment(ExperimentSettings settings)
    {
        var shape = ExperimentLoader.Shape;
        var resolved = new ResolvedSection("", SettingOrigin.Default, null, [.. shape.Properties.Select(property =>
            new ResolvedEntry(property.Key, Resolve(property.Property.GetValue(settings), property.Shape, property.Key, property)))]);
        return new Experiment("other", "/nowhere/other.yaml", settings, resolved, null);
    }

    /// <summary>A full experiment: optional sections are there, everything else has its default.</summary>
    public static ExperimentSettings Full() => (ExperimentSettings)Fill(ExperimentLoader.Shape, new ExperimentSettings())!;

    private static object? Fill(SettingShape shape, object section)
    {
        foreach (var property in shape.Properties.Where(property => property.Shape.Kind == SettingKind.Section))
        {
            property.Property.SetValue(section, Fill(property.Shape, property.Property.GetValue(section) ?? Activator.CreateInstance(property.Shape.Type)!));
        }

        return section;
    }

    private static object Section(SettingShape shape, object? like)
    {
        var section = Activator.CreateInstance(shape.Type)!;
        foreach (var property in shape.Properties)
        {
            var value = property.Property.GetValue(like ?? section);
            property.Property.SetValue(section, property.Shape.Kind == SettingKind.Section ? Section(property.Shape, value) : Other(property, value));
        }

        return section;
    }

    private static IEnumerable<(string Key, SettingProperty Property, object Section)> Changes(SettingShape shape, object section, string prefix)
    {
        foreach (var property in shape.Properties)
        {
            var value = property.Property.GetValue(section);
            if (property.Shape.Kind == SettingKind.Section)
            {
                foreach (var (key, changed, inner) in Changes(property.Shape, value!, $"{prefix}{property.Key}."))
                {
                    yield return (key, changed, With(shape, section, property, inner));
                }
            }
            else
            {
                yield return (prefix + property.Key, property, With(shape, section, property, Other(property, value)));
            }
        }
    }

    private static object With(SettingShape shape, object section, SettingProperty changed, object? value)
    {
        var copy = Activator.CreateInstance(shape.Type)!;
        foreach (var property in shape.Properties)
        {
            property.Property.SetValue(copy, property == changed ? value : property.Property.GetValue(section));
        }

        return copy;
    }

    private static object? Other(SettingProperty property, object? value) => property.Shape.Kind switch
    {
        SettingKind.Switch => value is not true,
        SettingKind.Choice => property.Shape.Choices.Values.First(choice => !choice.Equals(value)),
        SettingKind.Number => Number(property, (double?)value),
        SettingKind.Integer => Convert.ChangeType(Number(property, value is null ? null : Convert.ToDouble(value)), property.Shape.Type),
        SettingKind.List => OtherList(property.Shape, (System.Collections.IList?)value),
        _ => (string?)value == "other" ? "another" : "other",
    };

    private static double Number(SettingProperty property, double? value)
    {
        double[] candidates = [(value ?? 0) + 1, (value ?? 0) / 2, (value ?? 0) - 1, property.Minimum ?? 0, property.Maximum ?? 1];
        return candidates.First(candidate => candidate != value && candidate >= (property.Minimum ?? double.MinValue) && candidate <= (property.Maximum ?? double.MaxValue)
            && (property.Shape.Kind == SettingKind.Number || candidate == Math.Truncate(candidate)));
    }

    // One item more or less: an item of a list of sections holds only defaults.
    private static Array OtherList(SettingShape shape, System.Collections.IList? value)
    {
        var item = shape.Item!;
        var length = value is { Count: > 0 } ? value.Count - 1 : 1;
        var list = Array.CreateInstance(item.Type, length);
        for (var i = 0; i < length; i++)
        {
            list.SetValue(value is { Count: > 0 } ? value[i] : item.Kind switch
            {
                SettingKind.Section => Activator.CreateInstance(item.Type),
                SettingKind.Text => "other",
                SettingKind.Choice => item.Choices.Values.First(),
                _ => Convert.ChangeType(1, item.Type),
            }, i);
        }

        return list;
    }

    private static ResolvedSetting Resolve(object? value, SettingShape shape, string key, SettingProperty? property) => shape.Kind switch
    {
        _ when value is null => new ResolvedValue(key, SettingOrigin.Default, property, null),
        SettingKind.Section => new ResolvedSection(key, SettingOrigin.Default, property, [.. shape.Properties.Select(inner =>
            new ResolvedEntry(inner.Key, Resolve(inner.Property.GetValue(value), inner.Shape, $"{key}.{inner.Key}", inner)))]),
        SettingKind.List => new ResolvedList(key, SettingOrigin.Default, property, [.. ((System.Collections.IEnumerable)value).Cast<object?>()
            .Select((item, i) => Resolve(item, shape.Item!, $"{key}[{i}]", null))]),
        SettingKind.Choice => new ResolvedValue(key, SettingOrigin.Default, property, SettingShapeReader.SnakeCase(value.ToString()!)),
        SettingKind.Integer when value is int number => new ResolvedValue(key, SettingOrigin.Default, property, (long)number),
        _ => new ResolvedValue(key, SettingOrigin.Default, property, value),
    };
}
