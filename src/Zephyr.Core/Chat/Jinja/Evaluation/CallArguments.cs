using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>Arguments of a call, evaluated.</summary>
/// <param name="run">The rendering.</param>
/// <param name="name">Name of what is called.</param>
/// <param name="positional">By position; for filters, tests and methods without the value itself.</param>
/// <param name="named">By name.</param>
internal sealed class CallArguments(RenderRun run, string name, IReadOnlyList<JinjaValue> positional, IReadOnlyList<KeyValuePair<string, JinjaValue>> named)
{
    /// <summary>The rendering.</summary>
    public RenderRun Run { get; } = run;

    /// <summary>Name of what is called.</summary>
    public string Name { get; } = name;

    /// <summary>By position.</summary>
    public IReadOnlyList<JinjaValue> Positional { get; } = positional;

    /// <summary>By name.</summary>
    public IReadOnlyList<KeyValuePair<string, JinjaValue>> Named { get; } = named;

    /// <summary>Checks that there are no more arguments, and none of another name, than these.</summary>
    public CallArguments Take(params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw Run.Fault($"'{Name}' takes at most {parameters.Length} arguments, but {Positional.Count} are given");
        }

        foreach (var argument in Named)
        {
            var place = parameters.IndexOf(argument.Key);
            if (place < 0 || place < Positional.Count)
            {
                throw Run.Fault(place < 0 ? $"'{Name}' has no argument '{argument.Key}'" : $"'{Name}' is given '{argument.Key}' twice");
            }
        }

        return this;
    }

    /// <summary>An argument by position or name, or null.</summary>
    public JinjaValue? Find(int place, string parameter)
    {
        if (place < Positional.Count)
        {
            return Positional[place];
        }

        foreach (var argument in Named)
        {
            if (argument.Key == parameter)
            {
                return argument.Value;
            }
        }

        return null;
    }

    /// <summary>An argument that must be given.</summary>
    public JinjaValue Require(int place, string parameter) =>
        Find(place, parameter) ?? throw Run.Fault($"'{Name}' needs the argument '{parameter}'");

    /// <summary>A text argument, or null when it is left out or none.</summary>
    public JinjaString? FindText(int place, string parameter) => Find(place, parameter) switch
    {
        null or JinjaNone => null,
        JinjaString text => text,
        var other => throw Run.Fault($"the argument '{parameter}' of '{Name}' must be a text, not {other.TypeName}"),
    };

    /// <summary>A text argument that must be given.</summary>
    public JinjaString RequireText(int place, string parameter) =>
        Require(place, parameter) as JinjaString ?? throw Run.Fault($"the argument '{parameter}' of '{Name}' must be a text, not {Require(place, parameter).TypeName}");

    /// <summary>A whole number, or what stands for it when it is left out or none.</summary>
    public int Integer(int place, string parameter, int standard)
    {
        var value = Find(place, parameter);
        if (value is null or JinjaNone)
        {
            return standard;
        }

        return Numbers.TryInteger(value, out var number) && number >= int.MinValue && number <= int.MaxValue
            ? (int)number
            : throw Run.Fault($"the argument '{parameter}' of '{Name}' must be a whole number, not {value.TypeName}");
    }

    /// <summary>A truth, or what stands for it when it is left out.</summary>
    public bool Truth(int place, string parameter, bool standard) => Find(place, parameter) is { } value ? Operators.IsTrue(value) : standard;
}
