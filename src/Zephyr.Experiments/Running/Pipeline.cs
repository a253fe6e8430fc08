using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>Stages in an order in which each comes after those it depends on; checked as a whole before anything runs.</summary>
public sealed class Pipeline
{
    private Pipeline(IReadOnlyList<IStage> stages) => Stages = stages;

    /// <summary>The stages, dependencies first; otherwise in the order they were given.</summary>
    public IReadOnlyList<IStage> Stages { get; }

    /// <summary>Checks and orders stages.</summary>
    /// <param name="stages">The stages.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="InvalidOperationException">Two stages of one name, an unknown dependency or a circle, each named.</exception>
    public static Pipeline Create(IReadOnlyList<IStage> stages)
    {
        var byName = new Dictionary<string, IStage>(StringComparer.Ordinal);
        foreach (var stage in stages)
        {
            if (!byName.TryAdd(stage.Name, stage))
            {
                throw new InvalidOperationException($"Two stages are named {stage.Name}.");
            }
        }

        var ordered = new List<IStage>();
        var open = new List<string>();
        foreach (var stage in stages)
        {
            Visit(stage.Name, byName, open, ordered);
        }

        return new Pipeline(ordered);
    }

    /// <summary>A stage and all it depends on.</summary>
    /// <param name="target">Name of the stage; null for the whole pipeline.</param>
    /// <returns>The stages in order.</returns>
    /// <exception cref="ConfigurationException">There is no such stage.</exception>
    public IReadOnlyList<IStage> UpTo(string? target)
    {
        if (target is null)
        {
            return Stages;
        }

        var needed = new HashSet<string>(StringComparer.Ordinal) { Find(target).Name };

        // One pass backwards through the order meets every stage after all that need it.
        foreach (var stage in Stages.Reverse())
        {
            if (needed.Contains(stage.Name))
            {
                needed.UnionWith(stage.DependsOn);
            }
        }

        return [.. Stages.Where(stage => needed.Contains(stage.Name))];
    }

    /// <summary>A stage by name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The stage.</returns>
    /// <exception cref="ConfigurationException">There is no such stage.</exception>
    public IStage Find(string name) => Stages.FirstOrDefault(stage => stage.Name == name) ?? throw Unknown(name);

    private ConfigurationException Unknown(string name)
    {
        var names = Stages.Select(stage => stage.Name).ToList();
        var nearest = NameSuggestion.Nearest(name, names);
        return new ConfigurationException($"there is no stage {name}" + (nearest is null ? $"; stages: {string.Join(", ", names)}" : $"; did you mean {nearest}?"));
    }

    private static void Visit(string name, Dictionary<string, IStage> byName, List<string> open, List<IStage> ordered)
    {
        if (ordered.Any(stage => stage.Name == name))
        {
            return;
        }

        if (open.Contains(name, StringComparer.Ordinal))
        {
            throw new InvalidOperationException($"Stages depend on each other in a circle: {string.Join(" → ", open.SkipWhile(other => other != name).Append(name))}.");
        }

        open.Add(name);
        foreach (var dependency in byName[name].DependsOn)
        {
            if (!byName.ContainsKey(dependency))
            {
                throw new InvalidOperationException($"Stage {name} depends on {dependency}, which does not exist.");
            }

            Visit(dependency, byName, open, ordered);
        }

        open.RemoveAt(open.Count - 1);
        ordered.Add(byName[name]);
    }
}
