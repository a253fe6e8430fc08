using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>The variable <c>loop</c> within a loop.</summary>
/// <param name="items">What the loop goes over.</param>
/// <param name="depth">How many loops of the same recursive loop are around this one, from 0.</param>
/// <param name="operators">Equality, for <c>loop.changed</c>.</param>
internal sealed record LoopState(IReadOnlyList<JinjaValue> items, int depth, Operators operators) : JinjaValue
{
    private JinjaValue? _lastSeen;

    /// <summary>Index of the element, from 0.</summary>
    public int Index { get; set; }

    /// <summary>Goes over the loop again with other items; for loops marked recursive.</summary>
    public Func<CallArguments, JinjaValue>? Recurse { get; init; }

    /// <inheritdoc/>
    public override string TypeName => "loop";

    /// <summary>An attribute, or null.</summary>
    public JinjaValue? Attribute(string name) => name switch
    {
        "index" => new JinjaInteger(Index + 1),
        "index0" => new JinjaInteger(Index),
        "first" => JinjaBoolean.Of(Index == 0),
        "last" => JinjaBoolean.Of(Index == items.Count - 1),
        "length" => new JinjaInteger(items.Count),
        "revindex" => new JinjaInteger(items.Count - Index),
        "revindex0" => new JinjaInteger(items.Count - Index - 1),
        "previtem" => Index > 0 ? items[Index - 1] : new JinjaUndefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new JinjaUndefined("there is no next item"),
        "depth" => new JinjaInteger(depth + 1),
        "depth0" => new JinjaInteger(depth),
        "cycle" => new JinjaCallable("loop.cycle", Cycle),
        "changed" => new JinjaCallable("loop.changed", Changed),
        _ => null,
    };

    private JinjaValue Cycle(CallArguments arguments) => arguments.Positional.Count > 0
        ? arguments.Positional[Index % arguments.Positional.Count]
        : throw arguments.Run.Fault("'loop.cycle' needs at least one argument");

    private JinjaBoolean Changed(CallArguments arguments)
    {
        var seen = new JinjaList(arguments.Positional, ListKind.Tuple);
        var changed = _lastSeen is null || !operators.AreEqual(_lastSeen, seen);
        _lastSeen = seen;
        return JinjaBoolean.Of(changed);
    }
}
