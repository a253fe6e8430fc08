using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Running;

/// <summary>The other side of <see cref="StageProcess"/>: reads one request, does the work, tells how it goes on standard output.</summary>
/// <param name="catalog">Makes the stages of an experiment.</param>
/// <param name="clock">Tells the age of a lock.</param>
public sealed class StageServer(Func<ExperimentSettings, StageCatalog> catalog, TimeProvider clock)
{
    /// <summary>First argument of the program that makes it this server.</summary>
    public const string Verb = "stage-work";

    /// <summary>Does the work of one stage.</summary>
    /// <param name="input">The request in its first line; the stage stops at a checkpoint when it ends.</param>
    /// <param name="output">Messages.</param>
    /// <param name="interrupt">Set on a signal.</param>
    /// <returns>0 when every output is written, 1 on failure, 130 when stopped.</returns>
    public async Task<int> RunAsync(TextReader input, TextWriter output, CancellationToken interrupt)
    {
        var reporter = new MessageReporter(output);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        try
        {
            var request = StageRequest.Read(await input.ReadLineAsync(stop.Token) ?? throw new ZephyrException("There is no request."));
            _ = Task.Run(() => StopAtEndAsync(input, stop), CancellationToken.None);
            using var held = await StoreLock.TakeAsync(
                request.Lock, $"the folder of stage {request.Stage}", shared: false, wait: true, clock, reporter.Note, stop.Token);
            await WorkAsync(request, reporter, stop.Token);
            reporter.End(new StageEnd(StageEnd.Done) { Environment = ProcessEnvironment.Describe() });
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            reporter.End(new StageEnd(StageEnd.Stopped));
            return 130;
        }
        catch (Exception failure)
        {
            // Whatever a stage throws is told to the run, which reports it as if it had thrown there.
            reporter.End(new StageEnd(StageEnd.Failed, StageRunner.Explain(failure), failure.ToString()));
            return 1;
        }
    }

    private async Task WorkAsync(StageRequest request, IStageReporter reporter, CancellationToken cancellationToken)
    {
        var experiment = new ExperimentLoader(request.Repository, request.Repository).Load(request.Experiment, []).Single();
        var stage = Pipeline.Create(catalog(experiment.Settings).Stages).Find(request.Stage);
        var store = new ArtifactStore(new StoreFolders(Path.Combine(request.Repository, "artifacts")), new PhysicalFileSystem());
        var key = new KeyBuilder(experiment, ProcessEnvironment.Strict, SourcePins.Of(experiment, store.Folders), store.Inputs)
            .Build(stage, request.Inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Hash, StringComparer.Ordinal), cancellationToken);
        if (key.Fingerprint != request.Fingerprint)
        {
            throw new ZephyrException($"The process of stage {stage.Name} sees other settings or files than the run planned with: they were changed meanwhile, or the program was built anew. Run again.");
        }

        var settings = experiment.Settings with { Model = experiment.Settings.Model with { Threads = request.Threads } };
        await stage.RunAsync(
            new StageContext(
                stage.Name,
                new StageSettings(settings, stage),
                StageSlice.Of(experiment.Resolved, stage.Settings),
                request.Inputs.ToDictionary(pair => pair.Key, pair => pair.Value.Folder, StringComparer.Ordinal),
                request.Output,
                request.Checkpoints,
                reporter)
            {
                Endpoints = new EndpointServices(store.Folders.Responses, Environment.GetEnvironmentVariable, clock),
            },
            cancellationToken);
    }

    private static async Task StopAtEndAsync(TextReader input, CancellationTokenSource stop)
    {
        while (await input.ReadLineAsync() is not null)
        {
        }

        try
        {
            await stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The work is done.
        }
    }
}
