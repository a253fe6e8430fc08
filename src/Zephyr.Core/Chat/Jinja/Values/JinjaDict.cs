using System.Diagnostics.CodeAnalysis;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>A dict; keys keep the order in which they first came.</summary>
internal sealed record JinjaDict : JinjaValue
{
    private readonly Dictionary<JinjaValue, int> _places = new(DictKeys.Comparer);
    private readonly List<KeyValuePair<JinjaValue, JinjaValue>> _items = [];

    /// <summary>Its items in order.</summary>
    public IReadOnlyList<KeyValuePair<JinjaValue, JinjaValue>> Items => _items;

    /// <inheritdoc/>
    public override string TypeName => "dict";

    /// <summary>Puts in an item while the dict is being made; a key given again keeps its place.</summary>
    /// <param name="key">A key that <see cref="DictKeys.IsKey"/> allows.</param>
    /// <param name="value">Its value.</param>
    public void Add(JinjaValue key, JinjaValue value)
    {
        if (_places.TryGetValue(key, out var place))
        {
            _items[place] = new(_items[place].Key, value);
            return;
        }

        _places.Add(key, _items.Count);
        _items.Add(new(key, value));
    }

    /// <summary>Puts in an item under a name while the dict is being made.</summary>
    public void Add(string name, JinjaValue value) => Add(new JinjaString(name), value);

    /// <summary>Looks up a value.</summary>
    public bool TryGet(JinjaValue key, [NotNullWhen(true)] out JinjaValue? value)
    {
        value = DictKeys.IsKey(key) && _places.TryGetValue(key, out var place) ? _items[place].Value : null;
        return value is not null;
    }

    /// <summary>Looks up a value by name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out JinjaValue? value) => TryGet(new JinjaString(name), out value);
}

/// <summary>What can be a key, and when two keys are one: 1, 1.0 and true are, as in Python.</summary>
internal static class DictKeys
{
    /// <summary>Compares keys.</summary>
    public static IEqualityComparer<JinjaValue> Comparer { get; } =
        EqualityComparer<JinjaValue>.Create((left, right) => Equal(left!, right!), Hash);

    /// <summary>Whether a value can be a key: a text, number, truth, none, or a tuple of these.</summary>
    public static bool IsKey(JinjaValue value) => value switch
    {
        JinjaString or JinjaInteger or JinjaFloat or JinjaBoolean or JinjaNone or JinjaUndefined => true,
        JinjaList { Kind: ListKind.Tuple } tuple => tuple.Items.Count <= 16 && tuple.Items.All(item => item is not JinjaList && IsKey(item)),
        _ => false,
    };

    private static bool Equal(JinjaValue left, JinjaValue right) => (left, right) switch
    {
        (JinjaString a, JinjaString b) => a.Text == b.Text,
        (JinjaList a, JinjaList b) => a.Items.SequenceEqual(b.Items, Comparer),
        (JinjaNone, JinjaNone) or (JinjaUndefined, JinjaUndefined) => true,
        _ => Numbers.IsNumber(left) && Numbers.IsNumber(right) && Numbers.Compare(left, right) == 0,
    };

    private static int Hash(JinjaValue value) => value switch
    {
        JinjaString text => text.Text.GetHashCode(StringComparison.Ordinal),
        JinjaList list => list.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, Hash(item))),
        JinjaNone or JinjaUndefined => 1,
        _ => Numbers.ToDouble(value).GetHashCode(),
    };
}
