using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>Filters that order or compare elements.</summary>
internal static class OrderFilters
{
    /// <summary><c>sort</c>; equal elements keep their order.</summary>
    public static JinjaValue Sort(JinjaValue value, CallArguments call)
    {
        call.Take("reverse", "case_sensitive", "attribute");
        var caseSensitive = call.Truth(1, "case_sensitive", standard: false);
        IReadOnlyList<JinjaValue?> attributes = call.Find(2, "attribute") switch
        {
            null or JinjaNone => [null],
            JinjaString names => [.. names.Text.Split(',').Select(static name => new JinjaString(name))],
            var other => [other],
        };

        // Keys are lists, as in Jinja, so that equal ones are never ordered: neither two that are none nor two that are undefined.
        JinjaValue Key(JinjaValue item) => new JinjaList([.. attributes.Select(attribute => Folded(attribute is null ? item : AttributePath.Get(item, attribute, call), caseSensitive))]);
        return new JinjaList(Sorted(Sequences.Items(value, call.Run), Key, call.Truth(0, "reverse", standard: false), call.Run));
    }

    /// <summary><c>dictsort</c>.</summary>
    public static JinjaValue DictSort(JinjaValue value, CallArguments call)
    {
        call.Take("case_sensitive", "by", "reverse");
        var by = call.FindText(1, "by")?.Text ?? "key";
        if (value is not JinjaDict dict || by is not ("key" or "value"))
        {
            throw call.Run.Fault(value is JinjaDict ? "'dictsort' sorts by key or value" : $"'dictsort' needs a dict, not {value.TypeName}");
        }

        var caseSensitive = call.Truth(0, "case_sensitive", standard: false);
        return new JinjaList(Sorted(
            Sequences.Pairs(dict, call.Run),
            pair => Folded(((JinjaList)pair).Items[by == "key" ? 0 : 1], caseSensitive),
            call.Truth(2, "reverse", standard: false),
            call.Run));
    }

    /// <summary><c>unique</c>; the first of equal elements stays.</summary>
    public static JinjaValue Unique(JinjaValue value, CallArguments call)
    {
        call.Take("case_sensitive", "attribute");
        var key = Key(call, 1, call.Truth(0, "case_sensitive", standard: false));
        var seen = new HashSet<JinjaValue>(DictKeys.Comparer);
        var kept = new List<JinjaValue>();
        foreach (var item in Sequences.Items(value, call.Run))
        {
            var itemKey = key(item);
            if (!DictKeys.IsKey(itemKey))
            {
                throw call.Run.Fault($"'unique' cannot compare {itemKey.TypeName}; name a text with attribute=");
            }

            if (seen.Add(itemKey))
            {
                kept.Add(item);
            }
        }

        return new JinjaList(kept, ListKind.Generator);
    }

    /// <summary><c>groupby</c>: pairs of a value and the elements that have it, in order.</summary>
    public static JinjaValue GroupBy(JinjaValue value, CallArguments call)
    {
        call.Take("attribute", "default", "case_sensitive");
        var attribute = call.Require(0, "attribute");
        var caseSensitive = call.Truth(2, "case_sensitive", standard: false);
        JinjaValue Found(JinjaValue item) => AttributePath.Get(item, attribute, call) is var found && found is JinjaUndefined && call.Find(1, "default") is { } standard ? standard : found;
        var operators = new Operators(call.Run);
        var groups = new List<JinjaValue>();
        var members = new List<JinjaValue>();
        foreach (var item in Sorted(Sequences.Items(value, call.Run), item => Folded(Found(item), caseSensitive), reverse: false, call.Run))
        {
            if (members.Count > 0 && !operators.AreEqual(Folded(Found(members[0]), caseSensitive), Folded(Found(item), caseSensitive)))
            {
                groups.Add(Sequences.Pair(Found(members[0]), new JinjaList(members)));
                members = [];
            }

            members.Add(item);
        }

        if (members.Count > 0)
        {
            groups.Add(Sequences.Pair(Found(members[0]), new JinjaList(members)));
        }

        return new JinjaList(groups);
    }

    /// <summary><c>min</c> and <c>max</c>.</summary>
    public static JinjaValue Extreme(JinjaValue value, CallArguments call, int sign)
    {
        call.Take("case_sensitive", "attribute");
        var key = Key(call, 1, call.Truth(0, "case_sensitive", standard: false));
        var operators = new Operators(call.Run);
        JinjaValue? best = null;
        foreach (var item in Sequences.Items(value, call.Run))
        {
            best = best is null || operators.Order("<", key(item), key(best)) * sign > 0 ? item : best;
        }

        return best ?? new JinjaUndefined("there is no smallest or largest item, as the list is empty");
    }

    private static Func<JinjaValue, JinjaValue> Key(CallArguments call, int place, bool caseSensitive)
    {
        var attribute = call.Find(place, "attribute");
        return item => Folded(attribute is null or JinjaNone ? item : AttributePath.Get(item, attribute, call), caseSensitive);
    }

    private static JinjaValue Folded(JinjaValue value, bool caseSensitive) => caseSensitive || value is not JinjaString text ? value : TextMethods.Lower(text);

    // A merge sort of our own order: the framework's sort may wrap or lose a fault thrown by a comparison.
    private static List<JinjaValue> Sorted(IReadOnlyList<JinjaValue> items, Func<JinjaValue, JinjaValue> key, bool reverse, RenderRun run)
    {
        var operators = new Operators(run);
        var keyed = items.Select(item => (Key: key(item), Item: item)).ToArray();
        var other = new (JinjaValue Key, JinjaValue Item)[keyed.Length];
        for (var width = 1; width < keyed.Length; width *= 2)
        {
            for (var start = 0; start < keyed.Length; start += 2 * width)
            {
                var (left, middle, end) = (start, Math.Min(start + width, keyed.Length), Math.Min(start + (2 * width), keyed.Length));
                var right = middle;
                for (var target = start; target < end; target++)
                {
                    var takesRight = left >= middle || (right < end && (operators.Order("<", keyed[right].Key, keyed[left].Key) ?? 0) * (reverse ? -1 : 1) < 0);
                    other[target] = keyed[takesRight ? right++ : left++];
                }
            }

            (keyed, other) = (other, keyed);
        }

        return [.. keyed.Select(pair => pair.Item)];
    }
}
