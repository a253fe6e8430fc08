using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Tests;

/// <summary>A repository of its own in a temporary folder, with one small experiment.</summary>
public sealed class TestRepository : IDisposable
{
    public const string Small = "model:\n  architecture: {hidden_size: 128}\n";

    public TestRepository(string experiment = Small)
    {
        Folder = Directory.CreateTempSubdirectory("zephyr-test-").FullName;
        Write("Zephyr.slnx", "");
        Write("experiments/zephyr-tiny.yaml", experiment);
        Store = new ArtifactStore(new StoreFolders(Path.Combine(Folder, "artifacts")), new PhysicalFileSystem()) { Note = Shown.WriteLine };
    }

    public string Folder { get; }

    public ArtifactStore Store { get; }

    public StringWriter Shown { get; } = new();

    public string Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public IReadOnlyList<Experiment> LoadAll(params string[] sets) => new ExperimentLoader(Folder, Folder).Load("zephyr-tiny", sets);

    public Experiment Load(params string[] sets) => LoadAll(sets).Single();

    public string[] Problems(params string[] sets) =>
        [.. Should.Throw<ConfigurationException>(() => LoadAll(sets)).Problems.Select(problem => problem.ToString())];

    public IReadOnlyList<StageDecision> Plan(IReadOnlyList<IStage> stages, params string[] sets) =>
        new Planner(Load(sets), Store, ProcessEnvironment.Describe, []).Plan(Pipeline.Create(stages).Stages, CancellationToken.None);

    public Planner Planner(RunOptions options, params string[] sets) =>
        new(Load(sets), Store, ProcessEnvironment.Describe, options.Force) { Freeze = options.Freeze };

    public Task<RunResult> RunAsync(IReadOnlyList<IStage> stages, params string[] sets) => RunAsync(stages, new RunOptions(), Store, CancellationToken.None, sets);

    public Task<RunResult> RunAsync(IReadOnlyList<IStage> stages, RunOptions options, ArtifactStore store, CancellationToken cancellationToken, params string[] sets)
    {
        var services = new RunServices(new NullRunTracker(), new LineDisplay(Shown, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe);
        return new PipelineRunner(Pipeline.Create(stages), store, services, Folder).RunAsync(Load(sets), options, cancellationToken);
    }

    /// <summary>Runs every member of a sweep side by side.</summary>
    public async Task<IReadOnlyList<RunResult>> RunSideBySideAsync(
        IReadOnlyList<IStage> stages, RunOptions options, RunLimits limits, CancellationToken cancellationToken, params string[] sets)
    {
        var scheduler = new StageScheduler(limits, Path.Combine(Folder, "devices"));
        var lines = TextWriter.Synchronized(Shown);
        return await new MemberRuns(scheduler, options.KeepGoing).RunAsync(
            LoadAll(sets),
            member =>
            {
                var services = new RunServices(
                    new NullRunTracker(), new LineDisplay(lines, TimeProvider.System, $"[{member.Label}] "), TimeProvider.System, ProcessEnvironment.Describe)
                {
                    Scheduler = scheduler,
                };
                return new PipelineRunner(Pipeline.Create(stages), Store, services, Folder).RunAsync(member, options, cancellationToken);
            },
            cancellationToken);
    }

    public string View(string path) => File.ReadAllText(Path.Combine(Store.Folders.Experiments, "zephyr-tiny", path));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
