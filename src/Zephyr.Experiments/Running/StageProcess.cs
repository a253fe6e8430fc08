using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Zephyr.Core;

namespace Zephyr.Experiments.Running;

/// <summary>
/// Gives a stage a process of its own, so that several can compute at a time. The process goes on while its standard input is open: it
/// stops at a checkpoint when this side closes it, and also when this side is killed.
/// </summary>
/// <param name="program">The program, which serves <see cref="StageServer.Verb"/>.</param>
/// <param name="threads">Threads for tensor operations.</param>
internal sealed class StageProcess(string program, int threads) : IStageExecutor
{
    private const int LastLines = 20;

    /// <inheritdoc/>
    public bool HasOwnProcess => true;

    /// <inheritdoc/>
    public async Task<StageWorked> ExecuteAsync(StageWork work, CancellationToken cancellationToken)
    {
        var request = StageRequest.Create(work, work.Folders.WorkOf(work.Key.Fingerprint), work.Context.Output, threads);
        using var process = Process.Start(new ProcessStartInfo(program, [StageServer.Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        })!;
        var errors = ReadErrorsAsync(process.StandardError);
        StageEnd? end;
        await using (cancellationToken.Register(() => Close(process)))
        {
            try
            {
                await process.StandardInput.WriteLineAsync(request.Write());
                await process.StandardInput.FlushAsync(CancellationToken.None);
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // It ended before it could read, or the run is being stopped: how it ended says which.
            }

            try
            {
                end = await PassMessagesAsync(process, work);
            }
            catch
            {
                // The stage has failed here; its process must not compute on, on cores that others are given.
                Close(process);
                await process.WaitForExitAsync(CancellationToken.None);
                throw;
            }
        }

        await process.WaitForExitAsync(CancellationToken.None);
        var last = await errors;
        return end switch
        {
            { Status: StageEnd.Done } => new StageWorked(end.Environment),
            { Status: StageEnd.Stopped } or null when cancellationToken.IsCancellationRequested => throw new OperationCanceledException(cancellationToken),
            { Status: StageEnd.Failed } => throw new StageProcessException(end.Message!, end.Detail!),
            { Status: StageEnd.Stopped } => throw new StageProcessException("its process was stopped from outside; run again to go on from its last checkpoint", last),
            _ => throw new StageProcessException(Ended(process.ExitCode, last), last),
        };
    }

    private static async Task<StageEnd?> PassMessagesAsync(Process process, StageWork work)
    {
        StageEnd? end = null;
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            try
            {
                end = MessageReporter.Pass(line, work.Context.Reporter) ?? end;
            }
            catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException)
            {
                work.Context.Reporter.Note(line); // a library wrote to standard output
            }
        }

        return end;
    }

    private static void Close(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader)
    {
        var lines = new Queue<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (lines.Count > LastLines)
            {
                lines.Dequeue();
            }
        }

        return string.Join('\n', lines);
    }

    // 128 plus the signal's number; the kernel ends with signal 9 what uses too much memory.
    private static string Ended(int code, string last) =>
        $"its process ended with code {code}"
        + (code == 137 ? ", which is what a process killed for want of memory shows: lower --jobs or the stage's batch_size" : "")
        + (last.Length > 0 ? $"\n{last}" : "");
}

/// <summary>A stage failed in a process of its own.</summary>
/// <param name="message">What went wrong.</param>
/// <param name="detail">The failure in full, as that process saw it.</param>
internal sealed class StageProcessException(string message, string detail) : ZephyrException(message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}\n--- in the stage's process:\n{detail}";
}
