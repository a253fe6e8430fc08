using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>The stages of a pipeline that a command is about.</summary>
/// <param name="Stages">The stages, dependencies first.</param>
/// <param name="Given">Names of those before <c>--from</c>: their results have to be there.</param>
public sealed record StageSelection(IReadOnlyList<IStage> Stages, IReadOnlySet<string> Given)
{
    /// <summary>Selects stages.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="options">Up to where, from where, what is forced and what frozen.</param>
    /// <returns>The selection.</returns>
    /// <exception cref="ConfigurationException">An unknown stage is named, or two options contradict each other.</exception>
    public static StageSelection Of(Pipeline pipeline, RunOptions options)
    {
        var stages = pipeline.UpTo(options.Target);
        var given = new HashSet<string>(StringComparer.Ordinal);
        if (options.From is { } from)
        {
            if (!stages.Contains(pipeline.Find(from)))
            {
                throw new ConfigurationException($"--from {from} asks for a stage that {options.Target} does not need, and {options.Target} is the last to run");
            }

            var after = pipeline.After(from);
            var selected = stages.Where(stage => after.Contains(stage.Name)).ToList();
            stages = [.. stages.Where(stage => selected.Exists(later => stage == later || pipeline.Needs(later.Name).Contains(stage.Name)))];
            given.UnionWith(stages.Select(stage => stage.Name).Where(name => !after.Contains(name)));
        }

        foreach (var (option, name) in options.Force.Select(name => ("--force", name)).Concat(options.Freeze.Select(name => ("--freeze", name))))
        {
            if (!stages.Contains(pipeline.Find(name)))
            {
                throw new ConfigurationException(options.Target is null
                    ? $"{option} {name} asks for a stage that --from {options.From} leaves out"
                    : $"{option} {name} asks for a stage after {options.Target}, which is the last to run");
            }
        }

        if (options.Force.FirstOrDefault(given.Contains) is { } forced)
        {
            throw new ConfigurationException($"--force {forced} asks for a stage before {options.From}, but --from {options.From} runs that stage and what comes after it only");
        }

        if (options.Force.FirstOrDefault(name => options.Freeze.Contains(name, StringComparer.Ordinal)) is { } both)
        {
            throw new ConfigurationException($"--force {both} and --freeze {both} contradict each other");
        }

        return new StageSelection(stages, given);
    }

    /// <summary>Checks that the results of all stages before <c>--from</c> are there.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="decisions">Decisions on the stages, at least on those in <see cref="Given"/>.</param>
    /// <exception cref="ZephyrException">Some are missing; names each, why it would run, and the command that makes them.</exception>
    public void CheckGiven(Experiment experiment, IReadOnlyList<StageDecision> decisions)
    {
        var missing = decisions.Where(decision => decision.Manifest is null && Given.Contains(decision.Stage.Name)).ToList();
        if (missing.Count > 0)
        {
            throw new ZephyrException(
                $"--from needs the results of every stage before it, and of experiment {experiment.Name} these are missing: "
                + string.Join("; ", missing.Select(decision => $"{decision.Stage.Name} ({decision.Reason})"))
                + $". Make them first with: zephyr run {missing[^1].Stage.Name}, and the same --experiment and --set.");
        }
    }
}
