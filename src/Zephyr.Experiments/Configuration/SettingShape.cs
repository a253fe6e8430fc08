using System.Reflection;
using Zephyr.Core;

namespace Zephyr.Experiments.Configuration;

/// <summary>Kinds of settings.</summary>
public enum SettingKind
{
    /// <summary>A group of settings.</summary>
    Section,

    /// <summary>A list.</summary>
    List,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>One of a few words.</summary>
    Choice,
}

/// <summary>What may stand at one place of an experiment file, read from the C# type there.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Type">The C# type, without Nullable.</param>
/// <param name="Nullable">Whether null may stand there.</param>
public sealed record SettingShape(SettingKind Kind, Type Type, bool Nullable)
{
    /// <summary>Settings of a section.</summary>
    public IReadOnlyList<SettingProperty> Properties { get; init; } = [];

    /// <summary>What the items of a list are.</summary>
    public SettingShape? Item { get; init; }

    /// <summary>Words of a choice, with the C# value of each.</summary>
    public IReadOnlyDictionary<string, object> Choices { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>What a value of this kind is called in messages.</summary>
    public string Noun => Kind switch
    {
        SettingKind.Section => "a section",
        SettingKind.List => "a list",
        SettingKind.Text => "text",
        SettingKind.Integer => "a whole number",
        SettingKind.Number => "a number",
        SettingKind.Switch => "true or false",
        _ => $"one of {string.Join(", ", Choices.Keys)}",
    };
}

/// <summary>One setting of a section.</summary>
/// <param name="Key">Name in the file, in snake_case.</param>
/// <param name="Property">The C# property.</param>
/// <param name="Shape">What may stand there.</param>
public sealed record SettingProperty(string Key, PropertyInfo Property, SettingShape Shape)
{
    /// <summary>Smallest value allowed; null for no bound.</summary>
    public double? Minimum { get; init; }

    /// <summary>Largest value allowed; null for no bound.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether it must be given.</summary>
    public bool Required { get; init; }

    /// <summary>Pattern that text must match as a whole; null for any.</summary>
    public string? Pattern { get; init; }

    /// <summary>What text that matches is, in words; null when the pattern has to speak for itself.</summary>
    public string? PatternMeaning { get; init; }

    /// <summary>Whether a wrong value is not repeated in messages, since it may be the secret itself.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it names a file or folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>Words that are no path although <see cref="IsPath"/>.</summary>
    public IReadOnlyList<string> PathKeywords { get; init; } = [];

    /// <summary>What an address in it stands for; <see cref="RemoteContent.None"/> refuses addresses.</summary>
    public RemoteContent Remote { get; init; }

    /// <summary>Whether it says only how the work is done and enters no fingerprint.</summary>
    public bool IsExecution { get; init; }

    /// <summary>One line about it.</summary>
    public string Description { get; init; } = "";
}
