using System.Numerics;
using Zephyr.Core.Chat.Jinja.Builtins;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>Looks up attributes and items. Only what is listed here can be reached: a template sees no .NET member.</summary>
/// <param name="run">The rendering.</param>
internal sealed class Accessor(RenderRun run)
{
    /// <summary><c>target.name</c>: a method or attribute, else an item of a dict.</summary>
    public JinjaValue Attribute(JinjaValue target, string name)
    {
        switch (target)
        {
            case JinjaUndefined undefined:
                throw run.Fault($"{undefined.Hint}, so it has no '{name}'; test it with 'is defined' first");
            case JinjaNamespace attributes:
                return attributes.Attributes.TryGetValue(name, out var value) ? value : Missing(target, name);
            case LoopState loop:
                return loop.Attribute(name) ?? Missing(target, name);
            case JinjaString text:
                return TextMethods.Find(text, name, run) ?? Missing(target, name);
            case JinjaDict dict:
                return DictMethods.Find(dict, name, run) ?? (dict.TryGet(name, out var item) ? item : Missing(target, name));
            case JinjaList list:
                return ListMethods.Find(list, name, run) ?? Missing(target, name);
            default:
                return Missing(target, name);
        }
    }

    /// <summary><c>target[index]</c>: an item, else an attribute.</summary>
    public JinjaValue Item(JinjaValue target, JinjaValue index)
    {
        switch (target)
        {
            case JinjaUndefined undefined:
                throw run.Fault($"{undefined.Hint}, so it has no items; test it with 'is defined' first");
            case JinjaDict dict when dict.TryGet(index, out var value):
                return value;
            case JinjaList { Kind: not ListKind.Generator } list when Numbers.TryInteger(index, out var number):
                return Place(number, list.Items.Count) is { } place ? list.Items[place] : Missing(target, number.ToString());
            case JinjaString text when Numbers.TryInteger(index, out var number):
                run.Charge(text.Text.Length);
                var offsets = CodePoints.Offsets(text.Text);
                var at = Place(number, offsets is null ? text.Text.Length : offsets.Length - 1);
                return at is null ? Missing(target, number.ToString()) : offsets is null ? text.Part(at.Value, at.Value + 1) : text.Part(offsets[at.Value], offsets[at.Value + 1]);
            case JinjaDict dict when index is JinjaString name:
                return DictMethods.Find(dict, name.Text, run) ?? Missing(target, name.Text);
            default:
                return index is JinjaString attribute ? Attribute(target, attribute.Text) : Missing(target, index.TypeName);
        }
    }

    /// <summary><c>target[start:stop:step]</c>.</summary>
    public JinjaValue Slice(JinjaValue target, JinjaValue? start, JinjaValue? stop, JinjaValue? step)
    {
        var stride = Bound(step) ?? 1;
        if (stride == 0)
        {
            throw run.Fault("the step of a slice must not be 0");
        }

        switch (target)
        {
            case JinjaUndefined undefined:
                throw run.Fault($"{undefined.Hint}, so it cannot be sliced; test it with 'is defined' first");
            case JinjaList { Kind: not ListKind.Generator } list:
                var places = Places(list.Items.Count, Bound(start), Bound(stop), stride);
                run.Step(places.Count);
                return list with { Items = [.. places.Select(place => list.Items[place])], Kind = list.Kind == ListKind.Range ? ListKind.List : list.Kind };
            case JinjaString text:
                return SliceText(text, Bound(start), Bound(stop), stride);
            default:
                throw run.Fault($"a {target.TypeName} cannot be sliced; put | list before it, or check it with 'is string' or 'is sequence'");
        }
    }

    private JinjaString SliceText(JinjaString text, BigInteger? start, BigInteger? stop, BigInteger step)
    {
        run.Charge(text.Text.Length);
        var offsets = CodePoints.Offsets(text.Text);
        var places = Places(offsets is null ? text.Text.Length : offsets.Length - 1, start, stop, step);
        if (step == 1)
        {
            return places.Count == 0 ? JinjaString.Empty
                : offsets is null ? text.Part(places[0], places[^1] + 1)
                : text.Part(offsets[places[0]], offsets[places[^1] + 1]);
        }

        var result = new TracedText(run);
        foreach (var place in places)
        {
            result.Append(text, offsets?[place] ?? place, offsets?[place + 1] ?? place + 1);
        }

        return result.ToValue();
    }

    private static List<int> Places(int count, BigInteger? start, BigInteger? stop, BigInteger step)
    {
        var forward = step.Sign > 0;
        var from = Clamp(start, count, forward ? 0 : count - 1, forward);
        var to = Clamp(stop, count, forward ? count : -1, forward);
        var stride = (int)BigInteger.Max(BigInteger.Min(step, count + 1), -count - 1);
        var places = new List<int>();
        for (var place = from; forward ? place < to : place > to; place += stride)
        {
            places.Add(place);
        }

        return places;
    }

    private static int Clamp(BigInteger? bound, int count, int standard, bool forward)
    {
        if (bound is not { } value)
        {
            return standard;
        }

        value += value.Sign < 0 ? count : 0;
        var (low, high) = forward ? (0, count) : (-1, count - 1);
        return (int)BigInteger.Max(low, BigInteger.Min(high, value));
    }

    private BigInteger? Bound(JinjaValue? value) => value switch
    {
        null or JinjaNone => null,
        _ when Numbers.TryInteger(value, out var number) => number,
        _ => throw run.Fault($"the bounds of a slice must be whole numbers, not {value.TypeName}{(value is JinjaUndefined undefined ? $" ({undefined.Hint})" : "")}"),
    };

    private static int? Place(BigInteger number, int count)
    {
        var place = number.Sign < 0 ? number + count : number;
        return place.Sign >= 0 && place < count ? (int)place : null;
    }

    private static JinjaUndefined Missing(JinjaValue target, string name) => new($"{target.TypeName} has no '{name}'");
}
