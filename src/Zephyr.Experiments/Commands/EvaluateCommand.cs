using System.CommandLine;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate</c>: figures of judged benchmarks and of preferences from stored files.</summary>
public static class EvaluateCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("evaluate", "Figures of judged benchmarks and of preferences from stored files.");
        command.Subcommands.Add(EvaluateAlpacaEvalCommand.Create(environment));
        command.Subcommands.Add(EvaluateMtBenchCommand.Create(environment));
        command.Subcommands.Add(EvaluatePreferencesCommand.Create(environment));
        return command;
    }
}
