using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Goes over what can be gone over.</summary>
internal static class Sequences
{
    /// <summary>The elements of a list, the keys of a dict, the characters of a text; nothing of what is undefined.</summary>
    /// <exception cref="ChatTemplateException">The value has no elements.</exception>
    public static IReadOnlyList<JinjaValue> Items(JinjaValue value, RenderRun run)
    {
        var items = value switch
        {
            JinjaList list => list.Items,
            JinjaDict dict => [.. dict.Items.Select(item => item.Key)],
            JinjaString text => CodePoints.Split(text),
            JinjaUndefined => [],
            _ => throw run.Fault($"a {value.TypeName} has no elements to go over; check it with 'is iterable' first"),
        };
        run.Step(items.Count);
        return items;
    }

    /// <summary>A pair as a tuple.</summary>
    public static JinjaList Pair(JinjaValue first, JinjaValue second) => new([first, second], ListKind.Tuple);

    /// <summary>The items of a dict as pairs.</summary>
    public static IReadOnlyList<JinjaValue> Pairs(JinjaDict dict, RenderRun run)
    {
        run.Step(dict.Items.Count);
        return [.. dict.Items.Select(item => Pair(item.Key, item.Value))];
    }
}
