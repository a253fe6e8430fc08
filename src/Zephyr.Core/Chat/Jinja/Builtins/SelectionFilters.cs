using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Filters that pick or change every element of a list.</summary>
internal static class SelectionFilters
{
    /// <summary><c>select</c>, <c>reject</c>, <c>selectattr</c> and <c>rejectattr</c>.</summary>
    public static JinjaValue Select(JinjaValue value, CallArguments call, bool keeps, bool byAttribute)
    {
        // As in Jinja: what is false, none among it, has nothing to pick from, whatever the arguments.
        if (!Operators.IsTrue(value))
        {
            return new JinjaList([], ListKind.Generator);
        }

        var place = 0;
        var attribute = byAttribute ? call.Require(place++, "attribute") : null;
        var test = place < call.Positional.Count ? call.RequireText(place++, "test").Text : null;
        var rest = call.Positional.Skip(place).ToArray();
        var kept = new List<JinjaValue>();
        foreach (var item in Sequences.Items(value, call.Run))
        {
            call.Run.Step();
            var tested = attribute is null ? item : AttributePath.Get(item, attribute, call);
            var holds = test is null ? Operators.IsTrue(tested) : TestTable.Apply(test, tested, new CallArguments(call.Run, test, rest, call.Named));
            if (holds == keeps)
            {
                kept.Add(item);
            }
        }

        return new JinjaList(kept, ListKind.Generator);
    }

    /// <summary><c>map</c>: an attribute of every element, or a filter on it.</summary>
    public static JinjaValue Map(JinjaValue value, CallArguments call)
    {
        if (!Operators.IsTrue(value))
        {
            return new JinjaList([], ListKind.Generator);
        }

        var items = Sequences.Items(value, call.Run);
        if (call.Positional.Count > 0)
        {
            var filter = call.RequireText(0, "filter").Text;
            var rest = new CallArguments(call.Run, filter, [.. call.Positional.Skip(1)], call.Named);
            return new JinjaList([.. items.Select(item => FilterTable.Apply(filter, item, rest))], ListKind.Generator);
        }

        call.Take("filter", "attribute", "default");
        var attribute = call.Require(1, "attribute");
        var standard = call.Find(2, "default");
        return new JinjaList(
            [.. items.Select(item => AttributePath.Get(item, attribute, call) is var found && found is JinjaUndefined && standard is not null ? standard : found)],
            ListKind.Generator);
    }

    /// <summary><c>attr</c>: an attribute whose name is a value.</summary>
    public static JinjaValue Attr(JinjaValue value, CallArguments call)
    {
        var name = call.Take("name").RequireText(0, "name").Text;
        return value is JinjaDict ? new JinjaUndefined($"dict has no attribute '{name}'") : new Accessor(call.Run).Attribute(value, name);
    }
}
