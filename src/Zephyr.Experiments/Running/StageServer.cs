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
        StageEnd end;
        try
        {
            var request = StageRequest.Read(await input.ReadLineAsync(stop.Token) ?? throw new ZephyrException("There is no request."));
            _ = Task.Run(() => StopAtEndAsync(input, stop), CancellationToken.None);
            end = await ServeAsync(request, reporter, static () => null, stop.Token);
        }
        catch (Exception failure)
        {
            end = Ended(failure, stop.Token);
        }

        reporter.End(end);
        return ExitCode(end);
    }

    /// <summary>Does the work of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reporter">Takes what the stage tells.</param>
    /// <param name="refusal">Asked once the folder's lock is held: why nothing must be done, or null.</param>
    /// <param name="stop">Set when the stage is to stop at a checkpoint.</param>
    /// <returns>How it ended; nothing is thrown.</returns>
    internal async Task<StageEnd> ServeAsync(StageRequest request, MessageReporter reporter, Func<string?> refusal, CancellationToken stop)
    {
        try
        {
            using var held = await StoreLock.TakeAsync(
                request.Lock, $"the folder of stage {request.Stage}", shared: false, wait: true, clock, reporter.Note, stop);
            if (refusal() is { } why)
            {
                throw new ZephyrException(why);
            }

            await WorkAsync(request, reporter, stop);
            return new StageEnd(StageEnd.Done) { Environment = ProcessEnvironment.Describe() };
        }
        catch (Exception failure)
        {
            return Ended(failure, stop);
        }
    }

    /// <summary>What the process ends with.</summary>
    /// <param name="end">How the stage ended.</param>
    /// <returns>0 when every output is written, 1 on failure, 130 when stopped.</returns>
    internal static int ExitCode(StageEnd end) => end.Status switch
    {
        StageEnd.Done => 0,
        StageEnd.Stopped => 130,
        _ => 1,
    };

    // Whatever a stage throws is told to the run, which reports it as if it had thrown there.
    private static StageEnd Ended(Exception failure, CancellationToken stop) => failure is OperationCanceledException && stop.IsCancellationRequested
        ? new StageEnd(StageEnd.Stopped)
        : new StageEnd(StageEnd.Failed, StageRunner.Explain(failure), failure.ToString());

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
        await StageWithMemoryAdvice.RunAsync(
            stage,
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
            settings,
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
