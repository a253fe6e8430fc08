using Zephyr.Core.Chat.Jinja.Evaluation;
using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Builtins;

/// <summary>What a filter does to the value before it.</summary>
internal delegate JinjaValue Filter(JinjaValue value, CallArguments call);

/// <summary>The filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Filter> s_filters = new(StringComparer.Ordinal)
    {
        ["abs"] = NumberFilters.Abs,
        ["attr"] = SelectionFilters.Attr,
        ["batch"] = ListFilters.Batch,
        ["capitalize"] = (value, call) => TextMethods.Capitalize(TextFilters.TextOf(value, call.Take())),
        ["center"] = TextFilters.Center,
        ["count"] = ListFilters.Length,
        ["d"] = ListFilters.Default,
        ["default"] = ListFilters.Default,
        ["dictsort"] = OrderFilters.DictSort,
        ["e"] = TextFilters.Escape,
        ["escape"] = TextFilters.Escape,
        ["first"] = ListFilters.First,
        ["float"] = NumberFilters.Float,
        ["format"] = TextFilters.Format,
        ["groupby"] = OrderFilters.GroupBy,
        ["indent"] = TextFilters.Indent,
        ["int"] = NumberFilters.Int,
        ["items"] = ListFilters.Items,
        ["join"] = ListFilters.Join,
        ["last"] = ListFilters.Last,
        ["length"] = ListFilters.Length,
        ["list"] = (value, call) => new JinjaList(Sequences.Items(value, call.Take().Run)),
        ["lower"] = (value, call) => TextMethods.Lower(TextFilters.TextOf(value, call.Take())),
        ["map"] = SelectionFilters.Map,
        ["max"] = (value, call) => OrderFilters.Extreme(value, call, 1),
        ["min"] = (value, call) => OrderFilters.Extreme(value, call, -1),
        ["reject"] = (value, call) => SelectionFilters.Select(value, call, keeps: false, byAttribute: false),
        ["rejectattr"] = (value, call) => SelectionFilters.Select(value, call, keeps: false, byAttribute: true),
        ["replace"] = TextFilters.Replace,
        ["reverse"] = ListFilters.Reverse,
        ["round"] = NumberFilters.Round,
        ["safe"] = (value, call) => TextFilters.TextOf(value, call.Take()),
        ["select"] = (value, call) => SelectionFilters.Select(value, call, keeps: true, byAttribute: false),
        ["selectattr"] = (value, call) => SelectionFilters.Select(value, call, keeps: true, byAttribute: true),
        ["sort"] = OrderFilters.Sort,
        ["string"] = (value, call) => TextFilters.TextOf(value, call.Take()),
        ["sum"] = NumberFilters.Sum,
        ["title"] = TextFilters.Title,
        ["tojson"] = TextFilters.ToJson,
        ["trim"] = TextFilters.Trim,
        ["unique"] = OrderFilters.Unique,
        ["upper"] = (value, call) => TextMethods.Upper(TextFilters.TextOf(value, call.Take())),
        ["wordcount"] = TextFilters.WordCount,
    };

    /// <summary>Whether there is a filter.</summary>
    public static bool Has(string name) => s_filters.ContainsKey(name);

    /// <summary>Applies a filter.</summary>
    /// <exception cref="ChatTemplateException">There is no such filter, or it cannot do this.</exception>
    public static JinjaValue Apply(string name, JinjaValue value, CallArguments call)
    {
        call.Run.Step();
        return s_filters.TryGetValue(name, out var filter)
            ? filter(value, call)
            : throw call.Run.Fault($"there is no filter '{name}'; there are {string.Join(", ", s_filters.Keys.Order(StringComparer.Ordinal))}");
    }
}
