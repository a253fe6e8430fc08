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

    using var plan = ReadPlan(parameters);
    var stages = plan.RootElement.GetProperty("stages").EnumerateArray().ToList();
    foreach (var stage in stages)
    {
        RegisterStage(parameters, stage);
    }

    var everything = Task("Zephyr")
        .Description("Runs the whole recipe and prints the resulting table")
        .Does(() => RunZephyr(parameters, "results", stage: null));
    foreach (var stage in stages)
    {
        everything.IsDependentOn(TaskName(stage.GetProperty("name").GetString()));
    }

    Task("Default").Description("The same as Zephyr").IsDependentOn("Zephyr");
}

void RegisterStage(BuildParameters parameters, JsonElement stage)
{
    var name = stage.GetProperty("name").GetString();
    var reason = stage.GetProperty("reason").GetString();
    var cached = stage.GetProperty("status").GetString() == "cached" && !parameters.Force.Contains(name);
    var task = Task(TaskName(name)).Description($"{name}: {reason}");
    foreach (var upstream in stage.GetProperty("dependsOn").EnumerateArray())
    {
        task.IsDependentOn(TaskName(upstream.GetString()));
    }

    if (cached)
    {
        task.WithCriteria(() => false, $"cached: {reason}");
    }
    else if (parameters.DryRun)
    {
        task.WithCriteria(() => false, $"dry run; would run: {reason}");
    }

    task.Does(() => RunZephyr(parameters, "run", name));
}

// "ddpo" becomes "Ddpo"; "reference" becomes "Reference".
string TaskName(string stage) => char.ToUpperInvariant(stage[0]) + stage[1..];

JsonDocument ReadPlan(BuildParameters parameters)
{
    var arguments = parameters.ExperimentArguments("plan").Append("--json");
    foreach (var stage in parameters.Force)
    {
        arguments.AppendQuoted($"--force={stage}");
    }

    var exit = StartProcess(ZephyrProgram.Path, new ProcessSettings { Arguments = arguments, RedirectStandardOutput = true }, out var output);
    if (exit != 0)
    {
        throw new CakeException(exit, $"The experiment {parameters.Experiment} cannot be planned; the lines above say why.");
    }

    return JsonDocument.Parse(string.Join('\n', output));
}

void RunZephyr(BuildParameters parameters, string verb, string stage)
{
    var arguments = parameters.ExperimentArguments(verb);
    if (stage is not null)
    {
        arguments.Append(stage);
        if (parameters.Force.Contains(stage))
        {
            arguments.AppendQuoted($"--force={stage}");
        }
    }

    var exit = StartProcess(ZephyrProgram.Path, new ProcessSettings { Arguments = arguments });
    if (exit != 0)
    {
        throw new CakeException(exit, $"zephyr {verb} {stage} ended with exit code {exit}; the lines above say why. Running the same command again resumes.");
    }
}
