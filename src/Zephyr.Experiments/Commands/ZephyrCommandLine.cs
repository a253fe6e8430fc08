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

    // In the order of the help.
    private static readonly Verb[] s_verbs =
    [
        new("plan", PlanCommand.Create),
        new("run", RunCommand.Create),
        new("results", ResultsCommand.Create),
        new("explain", ExplainCommand.Create),
        new("verify", VerifyCommand.Create),
        new("gc", GcCommand.Create),
        new("status", StatusCommand.Create),
        new("push", PushCommand.Create),
        new("pull", PullCommand.Create),
        new("export", ExportCommand.Create),
        new("import", ImportCommand.Create),
        new("compare", CompareCommand.Create),
        new("lock", LockCommand.Create),
        new("schema", SchemaCommand.Create),
        new("tokenize", TokenizeCommand.Create),
        new("detokenize", DetokenizeCommand.Create),
        new("template", TemplateCommand.Create),
        new("logits", LogitsCommand.Create),
        new("generate", GenerateCommand.Create),
        new("chat", ChatCommand.Create),
        new("serve", ServeCommand.Create),
        new("merge", MergeCommand.Create),
        new("data", DataCommand.Create),
        new("evaluate", EvaluateCommand.Create),
        new("bench", BenchCommand.Create),
        new("sync", SyncCommand.Create),
        new("export-mlruns", ExportMlrunsCommand.Create),
    ];

    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Set on Ctrl-C.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var parsed = Root(arguments).Parse(arguments);
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
        catch (Exception fault)
        {
            // Not foreseen, so the details are what helps; but what calls the program is told by an exit code, not by a crash.
            await environment.Error.WriteLineAsync($"zephyr: this is a fault of the program itself, please report it with what follows.\n{fault}");
            return Failure;
        }
    }

    /// <summary>The names of a command and those above it, each with a space behind; nothing for the root.</summary>
    private static string Verbs(CommandResult result) =>
        result.Command is RootCommand ? "" : (result.Parent is CommandResult parent ? Verbs(parent) : "") + result.Command.Name + " ";

    // Making all of them takes longer than most of what is done with one: only help, and a word that is no verb, needs the others.
    private RootCommand Root(IReadOnlyList<string> arguments)
    {
        var root = new RootCommand("The Zephyr alignment recipe as a content-hashed pipeline.");
        var asked = arguments.Count > 0 ? Array.Find(s_verbs, verb => verb.Name == arguments[0]) : null;
        foreach (var verb in asked is null ? s_verbs : [asked])
        {
            root.Subcommands.Add(verb.Create(environment));
        }

        return root;
    }

    private sealed record Verb(string Name, Func<CommandEnvironment, Command> Create);
}
