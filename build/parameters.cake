// What a user may say on the command line. Cake hands every unknown switch to the script without a word,
// so a misspelt `--dryrun` would train for hours: anything not listed here is refused.
public sealed record BuildParameters(
    string Target,
    string Experiment,
    IReadOnlyList<string> Settings,
    IReadOnlyList<string> Force,
    bool DryRun,
    IReadOnlyList<string> PlanOptions,
    IReadOnlyList<string> RunOptions)
{
    // Options of `zephyr` that are handed on as they are: those that decide what runs to `plan` and `run`, the others to `run` alone.
    private static readonly string[] OfPlan = ["from", "freeze"];
    private static readonly string[] SwitchesOfPlan = ["offline"];
    private static readonly string[] OfRun = ["jobs", "cores", "memory"];
    private static readonly string[] SwitchesOfRun = ["keep-going", "no-wait"];
    private static readonly string[] Ours = ["target", "experiment", "set", "force", "dry-run", .. OfPlan, .. SwitchesOfPlan, .. OfRun, .. SwitchesOfRun];
    private static readonly string[] Cakes = ["verbosity", "v", "exclusive", "e", "tree", "description", "dryrun", "noop", "whatif", "debug", "d",
        "no-report", "invalidate-script-cache", "bootstrap", "skip-bootstrap", "script"];

    /// Solution tasks: these need no experiment and no built program.
    public static readonly string[] SolutionTargets = ["Build", "Test", "Bench", "Format", "Bundle"];

    public bool RunsPipeline => !SolutionTargets.Contains(Target, StringComparer.OrdinalIgnoreCase);

    public static BuildParameters Parse(ICakeContext context)
    {
        var given = context.Arguments.GetArguments();
        var unknown = given.Keys.Where(key => !Ours.Contains(key) && !Cakes.Contains(key)).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new CakeException(2, $"Unknown argument {string.Join(", ", unknown.Select(key => "--" + key))}. Known: "
                + string.Join(", ", Ours.Select(key => "--" + key)) + ". Settings of an experiment are given as --set=key=value.");
        }

        foreach (var key in new[] { "target", "experiment" })
        {
            if (given.TryGetValue(key, out var values) && values.Count > 1)
            {
                throw new CakeException(2, $"--{key} is given {values.Count} times ({string.Join(", ", values)}); give it once.");
            }
        }

        return new BuildParameters(
            context.Argument("target", "Default"),
            context.Argument("experiment", "zephyr-tiny"),
            context.Arguments<string>("set", Array.Empty<string>()).ToList(),
            context.Arguments<string>("force", Array.Empty<string>()).ToList(),
            context.HasArgument("dry-run") && context.Argument("dry-run", true),
            HandedOn(context, OfPlan, SwitchesOfPlan),
            HandedOn(context, OfRun, SwitchesOfRun));
    }

    private static IReadOnlyList<string> HandedOn(ICakeContext context, string[] options, string[] switches) =>
    [
        .. options.SelectMany(name => context.Arguments<string>(name, Array.Empty<string>()).Select(value => $"--{name}={value}")),
        .. switches.Where(name => context.HasArgument(name) && context.Argument(name, true)).Select(name => $"--{name}"),
    ];

    /// Arguments of `zephyr plan` and `zephyr run`, which have to decide alike.
    public ProcessArgumentBuilder PlanArguments(string verb)
    {
        var arguments = ExperimentArguments(verb);
        foreach (var option in Force.Select(stage => $"--force={stage}").Concat(PlanOptions))
        {
            arguments.AppendQuoted(option);
        }

        return arguments;
    }

    /// Arguments that every `zephyr` verb about this experiment takes.
    public ProcessArgumentBuilder ExperimentArguments(string verb)
    {
        var arguments = new ProcessArgumentBuilder().Append(verb);
        arguments.AppendQuoted($"--experiment={Experiment}");
        foreach (var setting in Settings)
        {
            arguments.AppendQuoted($"--set={setting}");
        }

        return arguments;
    }
}
