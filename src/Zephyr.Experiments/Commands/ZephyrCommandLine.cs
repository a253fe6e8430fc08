using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Commands;

/// <summary>The command line: verbs, exit codes, and what happens to failures.</summary>
/// <param name="environment">Folders, streams, stages.</param>
public sealed class ZephyrCommandLine(CommandEnvironment environment)
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>Something failed.</summary>
    public const int Failure = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int BadUsage = 2;

    /// <summary>Interrupted by a signal.</summary>
    public const int Interrupted = 130;

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await environment.Error.WriteLineAsync($"zephyr: {error.Message}");
            }

            await environment.Error.WriteLineAsync($"Try: zephyr {Verbs(parsed.CommandResult)}--help");
            return BadUsage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null, // signals are ours: the first asks stages to stop at a checkpoint
                    Output = environment.Out,
                    Error = environment.Error,
                },
                cancellationToken);
        }
        catch (ConfigurationException failure)
        {
            await environment.Error.WriteLineAsync(failure.Message);
            return BadUsage;
        }
        catch (ZephyrException failure)
        {
            await environment.Error.WriteLineAsync($"zephyr: {failure.Message}");
            return Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await environment.Error.WriteLineAsync("zephyr: interrupted");
            return Interrupted;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await environment.Error.WriteLineAsync($"zephyr: {failure.Message}");
            return Failure;
        }
    }

    /// <summary>The names of a command and those above it, each with a space behind; nothing for the root.</summary>
    private static string Verbs(CommandResult result) =>
        result.Command is RootCommand ? "" : (result.Parent is CommandResult parent ? Verbs(parent) : "") + result.Command.Name + " ";

    private RootCommand Root()
    {
        var root = new RootCommand("The Zephyr alignment recipe as a content-hashed pipeline.");
        foreach (var verb in new Command[]
        {
            PlanCommand.Create(environment),
            RunCommand.Create(environment),
            ResultsCommand.Create(environment),
            ExplainCommand.Create(environment),
            VerifyCommand.Create(environment),
            GcCommand.Create(environment),
            StatusCommand.Create(environment),
            PushCommand.Create(environment),
            PullCommand.Create(environment),
            ExportCommand.Create(environment),
            ImportCommand.Create(environment),
            CompareCommand.Create(environment),
            LockCommand.Create(environment),
            SchemaCommand.Create(environment),
            TokenizeCommand.Create(environment),
            DetokenizeCommand.Create(environment),
            TemplateCommand.Create(environment),
            LogitsCommand.Create(environment),
            GenerateCommand.Create(environment),
            ChatCommand.Create(environment),
            ServeCommand.Create(environment),
            MergeCommand.Create(environment),
            DataCommand.Create(environment),
            EvaluateCommand.Create(environment),
            BenchCommand.Create(environment),
            SyncCommand.Create(environment),
            ExportMlrunsCommand.Create(environment),
        })
        {
            root.Subcommands.Add(verb);
        }

        return root;
    }
}
