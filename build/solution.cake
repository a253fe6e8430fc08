// Build, Test, Bench, Format: what one does to the code.
void RegisterSolutionTasks(BuildParameters parameters)
{
    const string solution = "Zephyr.slnx";

    Task("Build")
        .Description("Builds the native shim and the solution")
        .Does(() => DotNetBuild(solution, new DotNetBuildSettings { Verbosity = DotNetVerbosity.Minimal }));

    Task("Test")
        .Description("Builds and runs every test, the fast ones first")
        .IsDependentOn("Build")
        .Does(() =>
        {
            var failed = new List<string>();
            foreach (var project in new[] { "Zephyr.Torch.Tests", "Zephyr.Core.Tests", "Zephyr.Experiments.Tests" })
            {
                try
                {
                    DotNetTest($"tests/{project}/{project}.csproj", new DotNetTestSettings { NoBuild = true, Verbosity = DotNetVerbosity.Minimal });
                }
                catch (CakeException)
                {
                    // The other projects still run, so that one failure does not hide the next; the task fails below.
                    failed.Add(project);
                }
            }

            if (failed.Count > 0)
            {
                throw new CakeException($"Tests failed in {string.Join(", ", failed)}; see the output above.");
            }
        });

    Task("Bench")
        .Description("Runs the committed benchmarks; results go to artifacts/benchmarks")
        .IsDependentOn("Build")
        .Does(() =>
        {
            var exit = StartProcess("bash", new ProcessSettings().WithArguments(a => a.Append("benchmarks/run.sh")));
            if (exit != 0)
            {
                throw new CakeException(exit, "A benchmark failed; see the output above.");
            }
        });

    Task("Format")
        .Description("Formats the code by .editorconfig")
        .Does(() => DotNetFormat(solution));
}
