using System.Text.Json;

namespace Zephyr.Core.Json;

/// <summary>Makes the exception for a fault found at a position.</summary>
/// <param name="position">Where the fault is.</param>
/// <param name="message">What it is and what to do.</param>
internal delegate Exception JsonFault(TextPosition position, string message);

/// <summary>
/// Reads JSON forward, one value at a time, and knows the line and column of every value, which the document types of the
/// framework do not. Depth is bounded, comments and trailing commas are refused.
/// </summary>
internal ref struct JsonCursor
{
    private const int MaxDepth = 32;
    private readonly ReadOnlySpan<byte> _json;
    private readonly TextPosition _origin;
    private readonly JsonFault _fault;
    private Utf8JsonReader _reader;

    /// <summary>Starts before the first value.</summary>
    /// <param name="json">UTF-8 text of one JSON value.</param>
    /// <param name="origin">Where <paramref name="json"/> starts in its file.</param>
    /// <param name="fault">Makes the exceptions that this cursor throws.</param>
    public JsonCursor(ReadOnlySpan<byte> json, TextPosition origin, JsonFault fault)
    {
        _json = json;
        _origin = origin;
        _fault = fault;
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Kind of the current token.</summary>
    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Whether the current value is null.</summary>
    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>Position of the current token.</summary>
    public readonly TextPosition Position => _origin.After(_json[..(int)Math.Min(_reader.TokenStartIndex, _json.Length)]);

    /// <summary>An offset from which <see cref="PositionOf"/> finds the place of the current token later.</summary>
    public readonly int Offset => (int)_reader.TokenStartIndex;

    /// <summary>Position of a token whose <see cref="Offset"/> was kept.</summary>
    public readonly TextPosition PositionOf(int offset) => _origin.After(_json[..Math.Min(offset, _json.Length)]);

    /// <summary>Moves to the next token.</summary>
    public void Read()
    {
        try
        {
            if (!_reader.Read())
            {
                throw _fault(_origin.After(_json), "the text ends in the middle of a value; the file may be cut off");
            }
        }
        catch (JsonException exception)
        {
            throw _fault(FaultPosition(exception), $"this is not JSON: {Reason(exception)}");
        }
    }

    /// <summary>Refuses anything after the value that was read.</summary>
    public void End()
    {
        try
        {
            if (_reader.Read())
            {
                throw Fault("there is more text after the end of the value");
            }
        }
        catch (JsonException exception)
        {
            throw _fault(FaultPosition(exception), $"there is more text after the end of the value: {Reason(exception)}");
        }
    }

    /// <summary>The exception for a fault at the current token.</summary>
    public readonly Exception Fault(string message) => _fault(Position, message);

    /// <summary>The exception for a fault at a kept <see cref="Offset"/>.</summary>
    public readonly Exception FaultAt(int offset, string message) => _fault(PositionOf(offset), message);

    /// <summary>Checks that the current value is an object; <see cref="NextProperty"/> then walks it.</summary>
    public readonly void BeginObject(string what) => Expect(JsonTokenType.StartObject, what, "an object");

    /// <summary>Checks that the current value is a list; <see cref="NextItem"/> then walks it.</summary>
    public readonly void BeginArray(string what) => Expect(JsonTokenType.StartArray, what, "a list");

    /// <summary>Moves to the value of the next property of the current object, or to its end.</summary>
    /// <returns>False at the end of the object.</returns>
    public bool NextProperty(out string name)
    {
        Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        name = Text();
        Read();
        return true;
    }

    /// <summary>Moves to the next item of the current list, or to its end.</summary>
    /// <returns>False at the end of the list.</returns>
    public bool NextItem()
    {
        Read();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>The current value as text.</summary>
    public readonly string String(string what)
    {
        Expect(JsonTokenType.String, what, "text");
        return Text();
    }

    /// <summary>The current value as a whole number within bounds.</summary>
    public readonly int Integer(string what, int minimum, int maximum)
    {
        Expect(JsonTokenType.Number, what, "a whole number");
        return _reader.TryGetInt32(out var value) && value >= minimum && value <= maximum
            ? value
            : throw Fault($"{what} must be a whole number from {minimum} to {maximum}");
    }

    /// <summary>The current value as a number.</summary>
    public readonly double Number(string what)
    {
        Expect(JsonTokenType.Number, what, "a number");
        return _reader.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Fault($"{what} must be a finite number");
    }

    /// <summary>The current value as true or false.</summary>
    public readonly bool Boolean(string what) => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Fault($"{what} must be true or false, but is {Describe()}"),
    };

    /// <summary>Passes over the current value, whatever it holds.</summary>
    public void Skip()
    {
        if (_reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        var depth = _reader.CurrentDepth;
        do
        {
            Read();
        }
        while (_reader.CurrentDepth > depth);
    }

    /// <summary>What the current value is, in words.</summary>
    public readonly string Describe() => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "missing",
    };

    private static string Reason(JsonException exception)
    {
        // The framework appends "LineNumber: .. | BytePositionInLine: ..", which counts within this value only.
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }

    private readonly TextPosition FaultPosition(JsonException exception)
    {
        var rest = _json;
        for (var line = exception.LineNumber ?? 0; line > 0; line--)
        {
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        }

        var offset = _json.Length - rest.Length + (int)Math.Min(exception.BytePositionInLine ?? 0, rest.Length);
        return _origin.After(_json[..offset]);
    }

    private readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault("this text is not valid UTF-8, or has half of a surrogate pair");
        }
    }

    private readonly void Expect(JsonTokenType type, string what, string inWords)
    {
        if (_reader.TokenType != type)
        {
            throw Fault($"{what} must be {inWords}, but is {Describe()}");
        }
    }
}
