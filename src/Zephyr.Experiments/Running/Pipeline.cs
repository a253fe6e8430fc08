using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>Stages in an order in which each comes after those it depends on; checked as a whole before anything runs.</summary>
public sealed class Pipeline
{
    private readonly Dictionary<string, IStage> _byName;

    private Pipeline(IReadOnlyList<IStage> stages, Dictionary<string, IStage> byName) => (Stages, _byName) = (stages, byName);

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

        return new Pipeline(StageOrder.Of(stages, byName), byName);
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

        var needed = Needs(target);
        return [.. Stages.Where(stage => stage.Name == target || needed.Contains(stage.Name))];
    }

    /// <summary>Names of the stages that a stage depends on, over others too; without itself.</summary>
    /// <param name="name">The stage.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ConfigurationException">There is no such stage.</exception>
    public IReadOnlySet<string> Needs(string name)
    {
        var needed = new HashSet<string>(Find(name).DependsOn, StringComparer.Ordinal);

        // One pass backwards through the order meets every stage after all that need it.
        foreach (var stage in Stages.Reverse())
        {
            if (needed.Contains(stage.Name))
            {
                needed.UnionWith(stage.DependsOn);
            }
        }

        return needed;
    }

    /// <summary>Names of a stage and of those that depend on it, over others too.</summary>
    /// <param name="name">The stage.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ConfigurationException">There is no such stage.</exception>
    public IReadOnlySet<string> After(string name)
    {
        var after = new HashSet<string>(StringComparer.Ordinal) { Find(name).Name };
        foreach (var stage in Stages)
        {
            if (stage.DependsOn.Any(after.Contains))
            {
                after.Add(stage.Name);
            }
        }

        return after;
    }

    /// <summary>A stage by name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The stage.</returns>
    /// <exception cref="ConfigurationException">There is no such stage.</exception>
    public IStage Find(string name) => _byName.GetValueOrDefault(name) ?? throw Unknown(name);

    private ConfigurationException Unknown(string name)
    {
        var names = Stages.Select(stage => stage.Name).ToList();
        var nearest = NameSuggestion.Nearest(name, names);
        return new ConfigurationException($"there is no stage {name}" + (nearest is null ? $"; stages: {string.Join(", ", names)}" : $"; did you mean {nearest}?"));
    }
}
