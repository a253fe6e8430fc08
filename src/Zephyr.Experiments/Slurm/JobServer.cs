using System.Diagnostics;
using System.Text;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Slurm;

/// <summary>The node's side of <see cref="SlurmExecutor"/>: does the work of one stage and leaves messages and result as files.</summary>
/// <param name="catalog">Makes the stages of an experiment.</param>
/// <param name="clock">Tells the age of a lock.</param>
public sealed class JobServer(Func<ExperimentSettings, StageCatalog> catalog, TimeProvider clock)
{
    /// <summary>First argument of the program that makes it this server; the second is the folder of the submission.</summary>
    public const string Verb = "stage-job";

    // How long a message may stay in this node's cache before the other side can see it.
    private static readonly TimeSpan s_flushEvery = TimeSpan.FromSeconds(1);

    /// <summary>Does the work.</summary>
    /// <param name="path">Folder of the submission.</param>
    /// <param name="interrupt">Set on SIGTERM: the stage stops at a checkpoint.</param>
    /// <returns>0 when every output is written, 1 on failure, 130 when stopped.</returns>
    public async Task<int> RunAsync(string path, CancellationToken interrupt)
    {
        var folder = new SlurmJobFolder(Path.GetFullPath(path));
        var watch = Stopwatch.StartNew();
        var request = StageRequest.Read(await File.ReadAllTextAsync(folder.Request, CancellationToken.None));
        var store = new ArtifactStore(new StoreFolders(Path.Combine(request.Repository, "artifacts")), new PhysicalFileSystem());
        await using var file = new FileStream(folder.Messages, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await using var messages = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        using var done = new CancellationTokenSource();
        var flushing = FlushAsync(file, done.Token);
        StageEnd end;
        try
        {
            end = await new StageServer(catalog, clock).ServeAsync(request, new MessageReporter(messages), Refusal, interrupt);
        }
        finally
        {
            await done.CancelAsync();
            await flushing;
        }

        file.Flush(flushToDisk: true);
        new SlurmJobEnd(end, watch.Elapsed.TotalSeconds, end.Status == StageEnd.Done ? SlurmJobEnd.Sizes(folder.Output) : new Dictionary<string, long>(StringComparer.Ordinal))
            .Write(store, folder.End);
        return StageServer.ExitCode(end);

        // Asked under the lock of the stage's folder. A submission that its submitter gave up as lost must not work beside the next one.
        string? Refusal()
        {
            var record = SlurmJobRecord.Find(store.Folders.WorkOf(request.Fingerprint));
            return record is not null && record.Submission == Path.GetFileName(folder.Path)
                ? null
                : $"This job ({Path.GetFileName(folder.Path)}) is not the one that the stage waits for{(record is null ? "" : $", which is {record}")}: it ends without doing anything.";
        }
    }

    private static async Task FlushAsync(FileStream file, CancellationToken done)
    {
        using var timer = new PeriodicTimer(s_flushEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                file.Flush(flushToDisk: true);
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
        catch (IOException)
        {
            // Messages are for watching. Whether the disk keeps the result, its own writing tells.
        }
    }
}
