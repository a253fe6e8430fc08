using System.Diagnostics;
using System.Runtime.CompilerServices;
using Zephyr.Core.Randomness;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Running;

public sealed class KilledRunTests
{
    private const string ChildVariable = "ZEPHYR_TEST_KILLED_RUN";

    [Fact]
    public async Task A_killed_run_leaves_nothing_to_clean_and_the_next_ends_with_the_same_files()
    {
        using var repository = new TestRepository();
        var random = new SeededRandom(1, "instants");
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
            {
                Environment = { [ChildVariable] = repository.Folder },
                ArgumentList = { typeof(KilledRunTests).Assembly.Location },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("running");
            await Task.Delay(random.NextInt(60), TestContext.Current.CancellationToken);
            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var run = await repository.RunAsync(Chain(), new RunOptions { Wait = false }, repository.Store, CancellationToken.None);
        run.Status.ShouldBe(RunStatus.Finished);
        repository.View("c/text").ShouldBe(string.Concat(Enumerable.Repeat("abc\n", 200)));
        Directory.EnumerateFileSystemEntries(repository.Store.Folders.Work).ShouldBeEmpty();
        run.Stages.ShouldAllBe(stage => repository.Store.Verify(stage.Manifest!, CancellationToken.None).Count == 0);
    }

    // The test program is its own child: with the variable set it runs the pipeline and ends before any test is looked for.
    [ModuleInitializer]
    internal static void RunAsChild()
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { Length: > 0 } folder)
        {
            return;
        }

        Console.WriteLine("running");
        var store = new Zephyr.Experiments.Store.ArtifactStore(
            new Zephyr.Experiments.Store.StoreFolders(Path.Combine(folder, "artifacts")), new Zephyr.Experiments.Store.PhysicalFileSystem());
        var experiment = new Zephyr.Experiments.Configuration.ExperimentLoader(folder, folder).Load("zephyr-tiny", [])[0];
        var services = new RunServices(
            new NullRunTracker(), new Zephyr.Experiments.Terminal.LineDisplay(TextWriter.Null, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe);
        new PipelineRunner(Pipeline.Create(Chain()), store, services, folder)
            .RunAsync(experiment, new RunOptions { Force = ["a", "b", "c"] }, CancellationToken.None).GetAwaiter().GetResult();
        Environment.Exit(0);
    }

    private static FakeStage[] Chain() => [Stage("a", []), Stage("b", ["a"]), Stage("c", ["b"])];

    // Appends its name to every line of the stage before, slowly enough to be killed in between.
    private static FakeStage Stage(string name, string[] dependsOn) => new(name, dependsOn, [], (context, _) =>
    {
        var before = dependsOn.Length == 0 ? Enumerable.Repeat("", 200) : File.ReadLines(Path.Combine(context.Input(dependsOn[0]), "text"));
        using var output = new StreamWriter(Path.Combine(context.Output, "text")) { AutoFlush = true };
        foreach (var line in before)
        {
            output.Write($"{line}{name}\n");
        }

        return Task.CompletedTask;
    });
}
