using System.CommandLine;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench</c>: what this machine reaches.</summary>
public static class BenchCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("bench", "Measure what this machine reaches.");
        command.Subcommands.Add(BenchTrainCommand.Create(environment));
        command.Subcommands.Add(BenchGenerateCommand.Create(environment));
        command.Subcommands.Add(BenchHashCommand.Create(environment));
        command.Subcommands.Add(BenchPublishCommand.Create(environment));
        command.Subcommands.Add(BenchTokenizeCommand.Create(environment));
        command.Subcommands.Add(BenchPlanCommand.Create(environment));
        return command;
    }
}
