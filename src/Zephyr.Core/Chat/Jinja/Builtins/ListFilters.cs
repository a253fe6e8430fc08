using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Filters over lists, dicts and what is missing.</summary>
internal static class ListFilters
{
    /// <summary><c>default</c>.</summary>
    public static JinjaValue Default(JinjaValue value, CallArguments call)
    {
        call.Take("default_value", "boolean");
        var replaces = value is JinjaUndefined || (call.Truth(1, "boolean", standard: false) && !Operators.IsTrue(value));
        return replaces ? call.Find(0, "default_value") ?? JinjaString.Empty : value;
    }

    /// <summary><c>length</c>; of a text the number of code points.</summary>
    public static JinjaValue Length(JinjaValue value, CallArguments call)
    {
        call.Take();
        switch (value)
        {
            case JinjaString text:
                call.Run.Charge(text.Text.Length);
                return new JinjaInteger(CodePoints.Count(text.Text));
            case JinjaList { Kind: not ListKind.Generator } list:
                return new JinjaInteger(list.Items.Count);
            case JinjaDict dict:
                return new JinjaInteger(dict.Items.Count);
            case JinjaUndefined:
                return new JinjaInteger(0);
            default:
                throw call.Run.Fault($"a {value.TypeName} has no length{(value is JinjaList ? "; put | list before it" : "")}");
        }
    }

    /// <summary><c>first</c>.</summary>
    public static JinjaValue First(JinjaValue value, CallArguments call) =>
        Sequences.Items(value, call.Take().Run) is { Count: > 0 } items ? items[0] : new JinjaUndefined("there is no first item, as the list is empty");

    /// <summary><c>last</c>.</summary>
    public static JinjaValue Last(JinjaValue value, CallArguments call) =>
        Sequences.Items(value, call.Take().Run) is { Count: > 0 } items ? items[^1] : new JinjaUndefined("there is no last item, as the list is empty");

    /// <summary><c>items</c>: pairs of a dict; none of what is undefined.</summary>
    public static JinjaValue Items(JinjaValue value, CallArguments call) => value switch
    {
        JinjaUndefined => new JinjaList([], ListKind.Generator),
        JinjaDict dict => new JinjaList(Sequences.Pairs(dict, call.Take().Run), ListKind.Generator),
        _ => throw call.Run.Fault($"'items' needs a dict, not {value.TypeName}; check it with 'is mapping' first"),
    };

    /// <summary><c>join</c>: makes texts of all items.</summary>
    public static JinjaValue Join(JinjaValue value, CallArguments call)
    {
        call.Take("d", "attribute");
        var separator = call.Run.Text.Of(call.Find(0, "d") ?? JinjaString.Empty);
        var attribute = call.Find(1, "attribute");
        var result = new TracedText(call.Run);
        var first = true;
        foreach (var item in Sequences.Items(value, call.Run))
        {
            if (!first)
            {
                result.Append(separator);
            }

            first = false;
            call.Run.Text.Write(attribute is null or JinjaNone ? item : AttributePath.Get(item, attribute, call), result);
        }

        return result.ToValue();
    }

    /// <summary><c>reverse</c>.</summary>
    public static JinjaValue Reverse(JinjaValue value, CallArguments call)
    {
        var items = Sequences.Items(value, call.Take().Run);
        if (value is not JinjaString)
        {
            return new JinjaList([.. items.Reverse()], ListKind.Generator);
        }

        var result = new TracedText(call.Run);
        foreach (var item in items.Reverse())
        {
            result.Append((JinjaString)item);
        }

        return result.ToValue();
    }

    /// <summary><c>batch</c>.</summary>
    public static JinjaValue Batch(JinjaValue value, CallArguments call)
    {
        var size = call.Take("linecount", "fill_with").Integer(0, "linecount", 0);
        if (size is < 1 or > 100_000)
        {
            throw call.Run.Fault("the size of a 'batch' must be 1 to 100000");
        }

        var fill = call.Find(1, "fill_with");
        return new JinjaList(
            [.. Sequences.Items(value, call.Run).Chunk(size).Select(batch => new JinjaList(
                fill is null or JinjaNone ? batch : [.. batch, .. Enumerable.Repeat(fill, size - batch.Length)]))],
            ListKind.Generator);
    }
}
