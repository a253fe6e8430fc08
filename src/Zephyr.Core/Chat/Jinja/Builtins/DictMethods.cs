using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Methods of dicts; those that change one are refused, as in the sandbox in which chat templates are defined.</summary>
internal static class DictMethods
{
    /// <summary>A method by name, or null.</summary>
    public static JinjaValue? Find(JinjaDict dict, string name, RenderRun run) => name switch
    {
        "items" => new JinjaCallable(name, call => new JinjaList(Sequences.Pairs(dict, call.Take().Run))),
        "keys" => new JinjaCallable(name, call => new JinjaList(Sequences.Items(dict, call.Take().Run))),
        "values" => new JinjaCallable(name, call => Values(dict, call.Take())),
        "get" => new JinjaCallable(name, call => Get(dict, call.Take("key", "default"))),
        "copy" => new JinjaCallable(name, call => { call.Take(); return dict; }),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => throw run.Fault($"'{name}' would change a dict, which a chat template cannot; build a new one with dict()"),
        _ => null,
    };

    private static JinjaList Values(JinjaDict dict, CallArguments call)
    {
        call.Run.Step(dict.Items.Count);
        return new JinjaList([.. dict.Items.Select(item => item.Value)]);
    }

    private static JinjaValue Get(JinjaDict dict, CallArguments call)
    {
        var key = call.Require(0, "key");
        return dict.TryGet(key, out var value) ? value : call.Find(1, "default") ?? JinjaNone.Value;
    }
}

/// <summary>Methods of lists; those that change one are refused.</summary>
internal static class ListMethods
{
    /// <summary>A method by name, or null.</summary>
    public static JinjaValue? Find(JinjaList list, string name, RenderRun run) => name switch
    {
        "index" => new JinjaCallable(name, call => Index(list, call.Take("value"))),
        "count" => new JinjaCallable(name, call => Count(list, call.Take("value"))),
        "copy" => new JinjaCallable(name, call => { call.Take(); return list; }),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" => throw run.Fault(
            $"'{name}' would change a list, which a chat template cannot; write list + [item] and set it on a namespace"),
        _ => null,
    };

    private static JinjaInteger Index(JinjaList list, CallArguments call)
    {
        var operators = new Operators(call.Run);
        var value = call.Require(0, "value");
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (operators.AreEqual(list.Items[i], value))
            {
                return new JinjaInteger(i);
            }
        }

        throw call.Run.Fault("'index' does not find the value; use 'in' first");
    }

    private static JinjaInteger Count(JinjaList list, CallArguments call)
    {
        var operators = new Operators(call.Run);
        var value = call.Require(0, "value");
        return new JinjaInteger(list.Items.Count(item => operators.AreEqual(item, value)));
    }
}
