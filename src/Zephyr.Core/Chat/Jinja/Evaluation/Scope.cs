using Zephyr.Core.Chat.Jinja.Values;

namespace Zephyr.Core.Chat.Jinja.Evaluation;

/// <summary>Variables of a block and of those around it.</summary>
/// <param name="parent">The block around it.</param>
internal sealed class Scope(Scope? parent)
{
    private Dictionary<string, JinjaValue>? _variables;

    /// <summary>Looks a variable up, from the inside out.</summary>
    public JinjaValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._variables is not null && scope._variables.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Sets a variable of this block.</summary>
    public void Set(string name, JinjaValue value) => (_variables ??= new(StringComparer.Ordinal))[name] = value;

    private Scope? Parent { get; } = parent;
}
