using System.Runtime.InteropServices;
using System.Text;
using Zephyr.Core.Data.Tables;
using Zephyr.Experiments;
using Zephyr.Experiments.Commands;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Slurm;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tracking;

StartUp.Begin(args);
using var interrupt = new CancellationTokenSource();
var interruptTaker = new InterruptSignal();
var exit = new ImmediateExit();
var signals = 0;

// The first signal asks the running stage for a checkpoint and an end; the second ends the program at once.
void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    if (context.Signal == PosixSignal.SIGINT && interruptTaker.Raise())
    {
        return; // a verb stops something of its own: an answer of a chat
    }

    // A job of Slurm is sent several signals as it ends, and SIGKILL when its time is over.
    if (Interlocked.Increment(ref signals) > 1 && args is not [JobServer.Verb, ..])
    {
        exit.With(ZephyrCommandLine.Interrupted);
    }

    interrupt.Cancel();
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
if (args is [TableServer.Verb])
{
    // The program reading a table for another, so that a damaged file ends this process alone.
    TableServer.Run(Console.OpenStandardInput(), Console.OpenStandardOutput());
    return ZephyrCommandLine.Success;
}

if (args is [StageServer.Verb])
{
    // The program computing one stage for another, so that several can compute at a time.
    using var requests = new StreamReader(Console.OpenStandardInput(), utf8);
    await using var messages = new StreamWriter(Console.OpenStandardOutput(), utf8);
    return await new StageServer(StageCatalog.Recipe, TimeProvider.System).RunAsync(requests, messages, interrupt.Token);
}

if (args is [JobServer.Verb, var submission])
{
    // The program computing one stage as a job of Slurm.
    return await new JobServer(StageCatalog.Recipe, TimeProvider.System).RunAsync(submission, interrupt.Token);
}

await using var output = new StreamWriter(Console.OpenStandardOutput(), utf8, bufferSize: 4096) { AutoFlush = true };
await using var error = new StreamWriter(Console.OpenStandardError(), utf8, bufferSize: 1024) { AutoFlush = true };
using var input = new StreamReader(Console.OpenStandardInput(), utf8, detectEncodingFromByteOrderMarks: false);
var current = Environment.CurrentDirectory;
var folders = new StoreFolders(Path.Combine(RepositoryFolder.Find(current, AppContext.BaseDirectory), "artifacts"));
return await new ZephyrCommandLine(new CommandEnvironment(
    current, RepositoryFolder.Find(current, AppContext.BaseDirectory), input, output, error, TimeProvider.System)
{
    Variable = Environment.GetEnvironmentVariable,
    Tracker = experiment => JournalRunTracker.Open(
        folders.Tracking, error.WriteLine, TimeProvider.System, Environment.GetEnvironmentVariable, experiment.Settings.Tracking.Experiment),
    StageProgram = Environment.ProcessPath,
    Interactive = !Console.IsOutputRedirected,
    Width = Console.IsOutputRedirected ? 0 : Console.WindowWidth,
    Interrupt = interruptTaker,
    Exit = exit,
}).RunAsync(args, interrupt.Token);
