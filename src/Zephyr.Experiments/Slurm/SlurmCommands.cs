using System.ComponentModel;
using System.Diagnostics;
using Zephyr.Core;

namespace Zephyr.Experiments.Slurm;

/// <summary>Slurm's programs: <c>sbatch</c>, <c>scontrol</c>, <c>squeue</c>, <c>scancel</c>, and <c>sacct</c> where there is accounting.</summary>
/// <param name="path">Folders to look for them in, separated as in <c>PATH</c>.</param>
internal sealed class SlurmCommands(string path)
{
    private static readonly string[] s_needed = ["sbatch", "scontrol", "squeue", "scancel"];

    // What Slurm's programs say while the controller is down, restarts or is busy: the same may succeed later.
    private static readonly string[] s_mayPass =
        ["Unable to contact", "Socket timed out", "Connection refused", "Transport endpoint", "Zero Bytes were transmitted", "gave no answer", "temporarily", "timed out"];

    // Above the 60 s that Slurm's own programs wait for a controller that does not answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Programs that have to be there and are not.</summary>
    public IReadOnlyList<string> Missing => [.. s_needed.Where(program => Find(program) is null)];

    /// <summary>Submits a job.</summary>
    /// <param name="arguments">Arguments of sbatch, the script last.</param>
    /// <returns>The job's number; null when nobody can tell whether there is a job now, because the controller did not answer or sbatch was ended.</returns>
    /// <exception cref="SlurmException">Slurm refuses the job.</exception>
    public async Task<string?> SubmitAsync(IReadOnlyList<string> arguments)
    {
        var answer = await RunAsync("sbatch", arguments, CancellationToken.None);
        if (answer.ExitCode == 0)
        {
            // "123", or "123;cluster" in a federation. A site's plugin may write lines before.
            var job = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()?.Split(';')[0] ?? "";
            return IsNumber(job) ? job : null;
        }

        return answer.MayPass || answer.ExitCode >= 128
            ? null
            : throw new SlurmException($"Slurm refuses the job:\n{answer.Error.Trim()}\nsbatch was called with: {string.Join(' ', arguments)}");
    }

    /// <summary>Asks for the state of a job.</summary>
    /// <param name="job">Its number.</param>
    /// <param name="cancellationToken">Ends the wait for an answer.</param>
    /// <returns>The answer.</returns>
    public async Task<SlurmAnswer> AskAsync(string job, CancellationToken cancellationToken)
    {
        var shown = await RunAsync("scontrol", ["--oneliner", "show", "job", job], cancellationToken);
        if (shown.ExitCode == 0)
        {
            return SlurmJobState.OfScontrol(shown.Output) is { } state
                ? new SlurmAnswer(state)
                : new SlurmAnswer(null, Problem: $"scontrol show job {job} answers what cannot be read: {Short(shown.Output)}");
        }

        if (!shown.Text.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase))
        {
            return new SlurmAnswer(null, Problem: Silence(shown));
        }

        // The controller forgets jobs some minutes after their end (MinJobAge); accounting, where there is any, does not.
        if (Find("sacct") is not null)
        {
            var counted = await RunAsync("sacct", ["--noheader", "--parsable2", "--allocations", "--jobs=" + job, "--format=State,ExitCode,NodeList,Reason"], cancellationToken);
            if (counted.ExitCode == 0 && counted.Output.Split('\n').Select(SlurmJobState.OfSacct).LastOrDefault(static state => state is not null) is { } state)
            {
                return new SlurmAnswer(state);
            }

            if (counted.ExitCode != 0 && !counted.Text.Contains("disabled", StringComparison.OrdinalIgnoreCase))
            {
                return new SlurmAnswer(null, Problem: Silence(counted));
            }
        }

        return new SlurmAnswer(null, IsUnknown: true);
    }

    /// <summary>Looks for a job of this user by its name, ended ones that Slurm still knows included.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait for an answer.</param>
    /// <returns>Whether Slurm answered, and the job's number; null when there is none.</returns>
    public async Task<(bool Answered, string? Job)> FindJobAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await RunAsync("squeue", ["--me", "--states=all", "--noheader", "--name=" + name, "--format=%i"], cancellationToken);
        var job = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        return (answer.ExitCode == 0 && (job is null || IsNumber(job)), job);
    }

    /// <summary>Asks a running stage for a checkpoint and an end.</summary>
    /// <param name="job">Number of its job.</param>
    /// <returns>Whether Slurm passed it on.</returns>
    public async Task<bool> AskForCheckpointAsync(string job) =>
        (await RunAsync("scancel", ["--signal=TERM", "--batch", job], CancellationToken.None)).ExitCode == 0;

    /// <summary>Cancels a job.</summary>
    /// <param name="job">Its number.</param>
    /// <returns>Whether Slurm took it.</returns>
    public async Task<bool> CancelAsync(string job) => (await RunAsync("scancel", [job], CancellationToken.None)).ExitCode == 0;

    /// <summary>Starts to cancel a job and does not wait: this process is about to end.</summary>
    /// <param name="job">Its number.</param>
    public void CancelAtOnce(string job)
    {
        try
        {
            using var process = Start("scancel", [job]);
            process.WaitForExit(TimeSpan.FromSeconds(2));
        }
        catch (Exception failure) when (failure is Win32Exception or ZephyrException)
        {
            // The stage has been asked for a checkpoint before, so it ends by itself.
        }
    }

    private async Task<Answer> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(program, arguments);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new Answer(process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return new Answer(255, "", $"{program} gave no answer within {s_patience.TotalSeconds:0} s");
        }
    }

    private Process Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Find(program) ?? throw new SlurmException($"{program} is not on PATH."), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C"; // answers are read
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private string? Find(string program) =>
        path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static bool IsNumber(string text) => text.Length is > 0 and <= 20 && text.All(char.IsAsciiDigit);

    private static string Silence(Answer answer) => Short(answer.Text) is { Length: > 0 } text ? text : $"exit code {answer.ExitCode}";

    private static string Short(string text)
    {
        var line = text.Trim().ReplaceLineEndings(" ");
        return line.Length > 300 ? line[..300] + "..." : line;
    }

    private sealed record Answer(int ExitCode, string Output, string Error)
    {
        public string Text => Error + Output;

        public bool MayPass => s_mayPass.Any(words => Text.Contains(words, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>Slurm's answer to a question about a job.</summary>
/// <param name="State">The state; null when Slurm did not say.</param>
/// <param name="IsUnknown">Whether Slurm answered that there is no such job.</param>
/// <param name="Problem">Why there is no answer; null when there is one.</param>
internal sealed record SlurmAnswer(SlurmJobState? State, bool IsUnknown = false, string? Problem = null);

/// <summary>Slurm refuses something, or a job ended in a way that leaves no result.</summary>
/// <param name="message">What, why, and what to do next.</param>
internal sealed class SlurmException(string message) : ZephyrException(message);
