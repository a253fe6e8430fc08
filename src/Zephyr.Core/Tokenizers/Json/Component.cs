using System.Text.Json;
using Zephyr.Core.Json;
using Zephyr.Core.Tokenizers.PreTokenizers;

namespace Zephyr.Core.Tokenizers.Json;

/// <summary>A normalizer, pre-tokenizer, post-processor or decoder as written in the file: its type and its settings, each asked for once.</summary>
internal sealed class Component
{
    private readonly JsonPart _part;
    private readonly string _what;
    private readonly JsonFault _fault;
    private readonly Func<int, TextPosition> _position;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal) { "type" };

    /// <summary>Takes a part of the file.</summary>
    /// <param name="part">The part.</param>
    /// <param name="what">What it is, such as <c>normalizer</c>.</param>
    /// <param name="fault">Makes the exceptions.</param>
    /// <param name="position">Position of an offset.</param>
    public Component(JsonPart part, string what, JsonFault fault, Func<int, TextPosition> position)
    {
        (_part, _what, _fault, _position) = (part, what, fault, position);
        if (part.Kind != JsonTokenType.StartObject)
        {
            throw Fault(part, $"a {what} must be an object");
        }

        Type = part.Properties.TryGetValue("type", out var type) && type.Kind == JsonTokenType.String ? type.Text : throw Fault(part, $"a {what} needs its 'type'");
    }

    /// <summary>Its type.</summary>
    public string Type { get; }

    /// <summary>Parts of a sequence.</summary>
    public IEnumerable<Component> Children(string name)
    {
        var list = Find(name);
        return list is { Kind: JsonTokenType.StartArray } ? list.Items.Select(item => new Component(item, _what, _fault, _position)) : throw Fault(list ?? _part, $"'{name}' of {_what} '{Type}' must be a list");
    }

    /// <summary>A setting as it stands, or null when it is absent or null.</summary>
    public JsonPart? Find(string name)
    {
        _asked.Add(name);
        return _part.Properties.TryGetValue(name, out var value) && value.Kind != JsonTokenType.Null ? value : null;
    }

    /// <summary>A text, or null when it is absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { Kind: JsonTokenType.String } value => value.Text,
        var value => throw Fault(value, $"'{name}' of {_what} '{Type}' must be text"),
    };

    /// <summary>A single character of the basic plane.</summary>
    public char Character(string name) => Text(name) is { Length: 1 } text && !char.IsSurrogate(text[0]) ? text[0] : throw Fault(_part, $"'{name}' of {_what} '{Type}' must be one character up to U+FFFF");

    /// <summary>True or false.</summary>
    public bool Boolean(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { Kind: JsonTokenType.True } => true,
        { Kind: JsonTokenType.False } => false,
        var value => throw Fault(value, $"'{name}' of {_what} '{Type}' must be true or false"),
    };

    /// <summary>A small whole number.</summary>
    public int Count(string name) => Find(name) is { Kind: JsonTokenType.Number, Number: >= 0 and <= 1000 } value && value.Number == Math.Floor(value.Number)
        ? (int)value.Number
        : throw Fault(_part, $"'{name}' of {_what} '{Type}' must be a whole number from 0 to 1000");

    /// <summary>A pattern, written <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
    public (string Text, bool IsRegex) Pattern(string name)
    {
        var value = Find(name);
        if (value is { Kind: JsonTokenType.String, Text.Length: > 0 })
        {
            return (value.Text, false);
        }

        return value is { Kind: JsonTokenType.StartObject, Properties.Count: 1 } && value.Properties.First() is var (kind, text)
            && kind is "String" or "Regex" && text is { Kind: JsonTokenType.String, Text.Length: > 0 }
            ? (text.Text, kind is "Regex")
            : throw Fault(value ?? _part, $"'{name}' of {_what} '{Type}' must be {{\"String\": text}} or {{\"Regex\": text}}, and not empty");
    }

    /// <summary>A pattern ready to search with.</summary>
    public ITextPattern TextPattern(string name)
    {
        var (text, isRegex) = Pattern(name);
        if (!isRegex)
        {
            return new LiteralPattern(text);
        }

        try
        {
            return WordScanner.Find(text) ?? (ITextPattern)new RegexPattern(text);
        }
        catch (FormatException exception)
        {
            throw Fault(_part, $"{_what} '{Type}': {exception.Message}");
        }
    }

    /// <summary>Refuses settings that nobody asked for: they might change the ids.</summary>
    public void End()
    {
        foreach (var (name, value) in _part.Properties)
        {
            if (!_asked.Contains(name))
            {
                throw Fault(value, $"'{name}' is not a known setting of {_what} '{Type}'");
            }
        }
    }

    /// <summary>The exception for this component being of no supported kind.</summary>
    public Exception NotSupported(string supported) => Fault(_part, $"{_what} '{Type}' is not supported; {supported} are");

    /// <summary>The exception for a fault in this component.</summary>
    public Exception Fault(string message) => Fault(_part, $"{_what} '{Type}': {message}");

    /// <summary>The exception for a fault at one of its values.</summary>
    public Exception Fault(JsonPart part, string message) => _fault(_position(part.Offset), message);
}
