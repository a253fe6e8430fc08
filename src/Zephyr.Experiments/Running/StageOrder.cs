using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>Puts stages in an order in which each comes after those it depends on. Linear in stages and edges, and flat for long chains.</summary>
internal static class StageOrder
{
    /// <summary>Orders stages.</summary>
    /// <param name="stages">The stages.</param>
    /// <param name="byName">The same by name.</param>
    /// <returns>Dependencies first; otherwise as given.</returns>
    /// <exception cref="InvalidOperationException">An unknown dependency or a circle, each named.</exception>
    public static IReadOnlyList<IStage> Of(IReadOnlyList<IStage> stages, IReadOnlyDictionary<string, IStage> byName)
    {
        var ordered = new List<IStage>(stages.Count);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        var path = new Stack<Step>();
        foreach (var start in stages)
        {
            if (!done.Contains(start.Name))
            {
                path.Push(new Step(start, 0));
                open[start.Name] = 0;
            }

            while (path.TryPop(out var top))
            {
                if (top.Next == top.Stage.DependsOn.Count)
                {
                    open.Remove(top.Stage.Name);
                    done.Add(top.Stage.Name);
                    ordered.Add(top.Stage);
                    continue;
                }

                path.Push(top with { Next = top.Next + 1 });
                var name = top.Stage.DependsOn[top.Next];
                if (!byName.TryGetValue(name, out var dependency))
                {
                    throw new InvalidOperationException($"Stage {top.Stage.Name} depends on {name}, which does not exist.");
                }

                if (open.TryGetValue(name, out var depth))
                {
                    var circle = path.Reverse().Skip(depth).Select(step => step.Stage.Name).Append(name);
                    throw new InvalidOperationException($"Stages depend on each other in a circle: {string.Join(" → ", circle)}.");
                }

                if (!done.Contains(name))
                {
                    open[name] = path.Count;
                    path.Push(new Step(dependency, 0));
                }
            }
        }

        return ordered;
    }

    // A class, so that the stack's code is there compiled.
    private sealed record Step(IStage Stage, int Next);
}
