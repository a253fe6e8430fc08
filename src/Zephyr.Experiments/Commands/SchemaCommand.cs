using System.CommandLine;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr schema</c>: the JSON Schema of experiment files, for editors.</summary>
public static class SchemaCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("schema", "Print the JSON Schema of experiment files; experiments/experiment.schema.json is its output.");
        command.SetAction((_, _) =>
        {
            environment.Out.Write(JsonSchema.Text(ExperimentLoader.Shape));
            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
