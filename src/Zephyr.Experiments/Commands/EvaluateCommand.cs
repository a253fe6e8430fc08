using System.CommandLine;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr evaluate</c>: figures of judged benchmarks from stored judgments.</summary>
public static class EvaluateCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("evaluate", "Figures of judged benchmarks from the files that the benchmarks' own tools write.");
        command.Subcommands.Add(EvaluateAlpacaEvalCommand.Create(environment));
        command.Subcommands.Add(EvaluateMtBenchCommand.Create(environment));
        return command;
    }
}
