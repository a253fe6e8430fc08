using System.Numerics;
using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>The functions that every chat template can call.</summary>
internal static class GlobalFunctions
{
    /// <summary>Puts the functions into a scope.</summary>
    public static void Define(Scope scope)
    {
        foreach (var function in new JinjaCallable[]
        {
            new("range", Range),
            new("dict", call => Dict(call)),
            new("namespace", Namespace),
            new("joiner", Joiner),
            new("raise_exception", call => throw call.Run.Refusal(call.Run.Text.Of(call.Take("message").Require(0, "message")).Text)),
            new("strftime_now", Now),
        })
        {
            scope.Set(function.Name, function);
        }
    }

    private static JinjaList Range(CallArguments call)
    {
        call.Take("start", "stop", "step");
        var bounds = call.Positional.Select((_, place) => (BigInteger)call.Integer(place, "bound", 0)).ToArray();
        var (start, stop, step) = bounds.Length switch
        {
            1 => (BigInteger.Zero, bounds[0], BigInteger.One),
            2 => (bounds[0], bounds[1], BigInteger.One),
            3 when !bounds[2].IsZero => (bounds[0], bounds[1], bounds[2]),
            _ => throw call.Run.Fault("'range' takes one to three whole numbers, the step not 0"),
        };
        var distance = step.Sign > 0 ? stop - start : start - stop;
        var count = distance.Sign <= 0 ? 0 : ((distance - 1) / BigInteger.Abs(step)) + 1;
        if (count > call.Run.Limits.RangeLength)
        {
            throw call.Run.Fault($"'range' has {count} elements; it may have at most {call.Run.Limits.RangeLength}");
        }

        call.Run.Step((long)count);
        return new JinjaList([.. Enumerable.Range(0, (int)count).Select(i => new JinjaInteger(start + (i * step)))], ListKind.Range);
    }

    private static JinjaDict Dict(CallArguments call)
    {
        var dict = new JinjaDict();
        foreach (var source in call.Positional)
        {
            var pairs = source is JinjaDict other ? Sequences.Pairs(other, call.Run) : Sequences.Items(source, call.Run);
            foreach (var pair in pairs)
            {
                if (pair is not JinjaList { Items: [var key, var value] } || !DictKeys.IsKey(key))
                {
                    throw call.Run.Fault($"'{call.Name}' takes a dict, a list of pairs, or arguments by name");
                }

                dict.Add(key, value);
            }
        }

        foreach (var argument in call.Named)
        {
            dict.Add(argument.Key, argument.Value);
        }

        return dict;
    }

    private static JinjaNamespace Namespace(CallArguments call)
    {
        var attributes = new JinjaNamespace();
        foreach (var item in Dict(call).Items)
        {
            attributes.Attributes[item.Key is JinjaString name ? name.Text : throw call.Run.Fault("attributes of a namespace are named by texts")] = item.Value;
        }

        return attributes;
    }

    private static JinjaCallable Joiner(CallArguments call)
    {
        var separator = call.Take("sep").FindText(0, "sep") ?? new JinjaString(", ");
        var used = false;
        return new JinjaCallable("joiner", _ =>
        {
            var text = used ? separator : JinjaString.Empty;
            used = true;
            return text;
        });
    }

    private static JinjaString Now(CallArguments call)
    {
        var format = call.Take("format").RequireText(0, "format").Text;
        return call.Run.Now is { } now
            ? new JinjaString(TimeFormat.Format(now, format, call.Run))
            : throw call.Run.Fault("the template writes the date of today, but no date is stated; state one, so that the text does not change from day to day");
    }
}
