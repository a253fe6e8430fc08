using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>Makes values of JSON. Content of messages keeps its origin: the index of its message.</summary>
internal static class ValueReader
{
    private static readonly string[] s_notContent = ["role", "name"];

    /// <summary>The value of an element.</summary>
    /// <param name="element">The element.</param>
    /// <param name="message">Index of the message it belongs to, or -1.</param>
    public static JinjaValue Read(JsonElement element, int message = -1) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => JinjaNone.Value,
        JsonValueKind.True => JinjaBoolean.True,
        JsonValueKind.False => JinjaBoolean.False,
        JsonValueKind.Number => Number(element),
        JsonValueKind.String => JinjaString.OfMessage(element.GetString()!, message),
        JsonValueKind.Array => new JinjaList([.. element.EnumerateArray().Select(item => Read(item, message))]),
        _ => Dict(element, message),
    };

    /// <summary>The members of an object as variables.</summary>
    /// <exception cref="ZephyrException">This is no object, or a text holds half of a surrogate pair.</exception>
    public static IReadOnlyList<KeyValuePair<string, JinjaValue>> Variables(JsonElement variables)
    {
        if (variables.ValueKind != JsonValueKind.Object)
        {
            throw new ZephyrException("the variables of a chat template must be a JSON object");
        }

        try
        {
            return [.. variables.EnumerateObject()
                .Select(member => KeyValuePair.Create(member.Name, member.Name == "messages" ? Messages(member.Value) : Read(member.Value)))];
        }
        catch (InvalidOperationException exception)
        {
            // The framework's way of saying that an escape is half of a surrogate pair.
            throw new ZephyrException("a text in the variables holds half of a surrogate pair; write the whole character", exception);
        }
    }

    /// <summary>Messages, of which everything but role and name is content.</summary>
    public static JinjaValue Messages(JsonElement element) => element.ValueKind != JsonValueKind.Array
        ? Read(element)
        : new JinjaList([.. element.EnumerateArray().Select(Message)]);

    private static JinjaValue Message(JsonElement message, int index)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return Read(message, index);
        }

        var dict = new JinjaDict();
        foreach (var member in message.EnumerateObject())
        {
            dict.Add(member.Name, Read(member.Value, s_notContent.Contains(member.Name, StringComparer.Ordinal) ? -1 : index));
        }

        return dict;
    }

    private static JinjaDict Dict(JsonElement element, int message)
    {
        var dict = new JinjaDict();
        foreach (var member in element.EnumerateObject())
        {
            dict.Add(member.Name, Read(member.Value, message));
        }

        return dict;
    }

    private static JinjaValue Number(JsonElement element)
    {
        var text = element.GetRawText();
        return text.Length <= JinjaInteger.MaxDigits && text.AsSpan().IndexOfAny(".eE") < 0
            ? new JinjaInteger(BigInteger.Parse(text, CultureInfo.InvariantCulture))
            : new JinjaFloat(element.GetDouble());
    }
}
