// The stages of the recipe as Cake tasks, registered from `zephyr plan --json`.
using System.Text.Json;

void RegisterPipelineTasks(BuildParameters parameters)
{
    if (!parameters.RunsPipeline)
    {
        return;
    }

    if (!ZephyrProgram.IsCurrent())
    {
        Information("The program is missing or older than its sources: building it first.");
        DotNetBuild("src/Zephyr.Experiments/Zephyr.Experiments.csproj", new DotNetBuildSettings { Verbosity = DotNetVerbosity.Minimal });
    }

    var (stages, summary) = ReadPlan(parameters);
    var run = new PipelineRun(parameters, stages);
    foreach (var stage in stages)
    {
        RegisterStage(parameters, run, stage);
    }

    var everything = Task("Zephyr")
        .Description("Runs the whole recipe and prints the resulting table")
        .Does(() =>
        {
            // A run prints the table itself. Without one the plan has it, unless the folders of the experiment show another run.
            if (run.Started || parameters.DryRun)
            {
                return;
            }

            if (summary is not null)
            {
                Console.WriteLine(summary);
            }
            else
            {
                StartProcess(ZephyrProgram.Path, new ProcessSettings { Arguments = parameters.ExperimentArguments("results") });
            }
        });
    foreach (var stage in stages)
    {
        everything.IsDependentOn(TaskName(stage.Name));
    }

    Task("Default").Description("The same as Zephyr").IsDependentOn("Zephyr");
}

void RegisterStage(BuildParameters parameters, PipelineRun run, PlannedStage stage)
{
    var task = Task(TaskName(stage.Name)).Description($"{stage.Name}: {stage.Reason}");
    foreach (var upstream in stage.DependsOn.Where(run.Names.Contains)) // --from leaves out what comes before
    {
        task.IsDependentOn(TaskName(upstream));
    }

    if (stage.Cached || parameters.DryRun)
    {
        var why = stage.Cached ? $"cached: {stage.Reason}" : $"dry run; would run: {stage.Reason}";
        if (string.Equals(stage.Name, parameters.Target, StringComparison.OrdinalIgnoreCase))
        {
            task.Does(() => Information(why)); // Cake takes it for an error when the target itself is skipped
        }
        else
        {
            task.WithCriteria(() => false, why);
        }

        return;
    }

    task.Does(() =>
    {
        if (!run.Started)
        {
            run.Exit = StartProcess(ZephyrProgram.Path, new ProcessSettings { Arguments = run.Arguments() });
            run.Finished = run.Exit == 0 ? run.Names : ReadPlan(parameters with { Force = [] }).Stages.Where(after => after.Cached).Select(after => after.Name).ToList();
        }

        if (!run.Finished.Contains(stage.Name))
        {
            throw new CakeException(run.Exit, $"{stage.Name} has no result; the lines above say why. Running the same command again resumes.");
        }
    });
}

// "ddpo" becomes "Ddpo"; "reference" becomes "Reference".
string TaskName(string stage) => char.ToUpperInvariant(stage[0]) + stage[1..];

// The stages, and the closing lines of a run when there is nothing to do.
(IReadOnlyList<PlannedStage> Stages, string Summary) ReadPlan(BuildParameters parameters)
{
    var arguments = parameters.PlanArguments("plan").Append("--json").Append("--summary");
    var exit = StartProcess(ZephyrProgram.Path, new ProcessSettings { Arguments = arguments, RedirectStandardOutput = true }, out var output);
    if (exit != 0)
    {
        throw new CakeException(exit, $"The experiment {parameters.Experiment} cannot be planned; the lines above say why.");
    }

    using var plan = JsonDocument.Parse(string.Join('\n', output));
    return (
        plan.RootElement.GetProperty("stages").EnumerateArray().Select(PlannedStage.Read).ToList(),
        plan.RootElement.TryGetProperty("summary", out var summary) ? summary.GetString() : null);
}

// A stage as `zephyr plan --json` tells it.
public sealed record PlannedStage(string Name, string Reason, bool Cached, IReadOnlyList<string> DependsOn)
{
    public static PlannedStage Read(JsonElement stage) => new(
        stage.GetProperty("name").GetString(),
        stage.GetProperty("reason").GetString(),
        stage.GetProperty("status").GetString() == "cached",
        stage.GetProperty("dependsOn").EnumerateArray().Select(name => name.GetString()).ToList());
}

// The one `zephyr run` behind all stage tasks, started by the first that has something to do: one process, one parent run in
// tracking. A later task only looks whether its stage came out of it.
public sealed class PipelineRun(BuildParameters parameters, IReadOnlyList<PlannedStage> stages)
{
    public IReadOnlyList<string> Names { get; } = stages.Select(stage => stage.Name).ToList();

    public bool Started => Finished is not null;

    public int Exit { get; set; }

    public IReadOnlyList<string> Finished { get; set; }

    // Up to the stage that is the target; everything for the targets that are no stage.
    public ProcessArgumentBuilder Arguments()
    {
        var arguments = parameters.PlanArguments("run");
        if (Names.FirstOrDefault(name => string.Equals(name, parameters.Target, StringComparison.OrdinalIgnoreCase)) is { } last)
        {
            arguments.Append(last);
        }

        foreach (var option in parameters.RunOptions)
        {
            arguments.AppendQuoted(option);
        }

        return arguments;
    }
}
