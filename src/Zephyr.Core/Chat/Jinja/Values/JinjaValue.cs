using System.Numerics;
using Zephyr.Core.Chat.Jinja.Evaluation;

namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>A value of a template. Values never change, but for the attributes of a <see cref="JinjaNamespace"/>.</summary>
internal abstract record JinjaValue
{
    /// <summary>Name of its type as Python calls it, for messages.</summary>
    public abstract string TypeName { get; }
}

/// <summary>What is not there: empty in output, false, and a fault when something is asked of it.</summary>
/// <param name="Hint">What is missing, such as <c>'x' is undefined</c>.</param>
internal sealed record JinjaUndefined(string Hint) : JinjaValue
{
    /// <inheritdoc/>
    public override string TypeName => "undefined";
}

/// <summary><c>none</c>.</summary>
internal sealed record JinjaNone : JinjaValue
{
    private JinjaNone()
    {
    }

    /// <summary>The one value.</summary>
    public static JinjaNone Value { get; } = new();

    /// <inheritdoc/>
    public override string TypeName => "none";
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed record JinjaBoolean : JinjaValue
{
    private JinjaBoolean(bool value) => Value = value;

    /// <summary><c>true</c>.</summary>
    public static JinjaBoolean True { get; } = new(true);

    /// <summary><c>false</c>.</summary>
    public static JinjaBoolean False { get; } = new(false);

    /// <summary>Which it is.</summary>
    public bool Value { get; }

    /// <inheritdoc/>
    public override string TypeName => "bool";

    /// <summary>The value of a truth.</summary>
    public static JinjaBoolean Of(bool value) => value ? True : False;
}

/// <summary>A whole number.</summary>
/// <param name="Value">Its value.</param>
internal sealed record JinjaInteger(BigInteger Value) : JinjaValue
{
    /// <summary>Most decimal digits of a number written in a template or in data.</summary>
    public const int MaxDigits = 300;

    /// <summary>Most bits of a number that comes up.</summary>
    public const int MaxBits = 1024;

    /// <inheritdoc/>
    public override string TypeName => "int";
}

/// <summary>A number with a fraction.</summary>
/// <param name="Value">Its value.</param>
internal sealed record JinjaFloat(double Value) : JinjaValue
{
    /// <inheritdoc/>
    public override string TypeName => "float";
}

/// <summary>How a list came about, which Python tells apart.</summary>
internal enum ListKind
{
    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>What <c>map</c> or <c>select</c> gives: always true, and without a length.</summary>
    Generator,

    /// <summary>What <c>range</c> gives.</summary>
    Range,
}

/// <summary>A list.</summary>
/// <param name="Items">Its elements.</param>
/// <param name="Kind">How it came about.</param>
internal sealed record JinjaList(IReadOnlyList<JinjaValue> Items, ListKind Kind = ListKind.List) : JinjaValue
{
    /// <inheritdoc/>
    public override string TypeName => Kind.ToString().ToLowerInvariant();
}

/// <summary>A namespace: the one value whose attributes a template can set.</summary>
internal sealed record JinjaNamespace : JinjaValue
{
    /// <summary>Its attributes.</summary>
    public Dictionary<string, JinjaValue> Attributes { get; } = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string TypeName => "namespace";
}

/// <summary>Something that can be called: a macro, a function or a method.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Invoke">What a call does.</param>
internal sealed record JinjaCallable(string Name, Func<CallArguments, JinjaValue> Invoke) : JinjaValue
{
    /// <inheritdoc/>
    public override string TypeName => "function";
}
