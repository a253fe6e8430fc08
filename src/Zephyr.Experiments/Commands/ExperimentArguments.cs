using System.CommandLine;
using System.CommandLine.Parsing;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of every verb that works on an experiment.</summary>
public sealed class ExperimentArguments
{
    private readonly Option<string> _experiment = new("--experiment")
    {
        Description = "name under experiments/, or path of a YAML file",
        DefaultValueFactory = _ => "zephyr-tiny",
        HelpName = "NAME|PATH",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "override a setting: ddpo.beta=0.05; several values, ddpo.beta=0.05,0.1, make one run for each; may be repeated",
        DefaultValueFactory = _ => [],
        HelpName = "KEY=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON document on standard output and nothing else there" };

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_experiment);
        command.Options.Add(_set);
        command.Options.Add(_json);
    }

    /// <summary>Whether JSON was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>Whether <c>--json</c> was given.</returns>
    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Whether JSON was asked for, while the command line is still being checked.</summary>
    /// <param name="result">The verb.</param>
    /// <returns>Whether <c>--json</c> was given.</returns>
    public bool Json(CommandResult result) => result.GetValue(_json);

    /// <summary>Name or path of the experiment, as given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The text.</returns>
    public string Name(ParseResult parsed) => parsed.GetValue(_experiment)!;

    /// <summary>Loads the experiment and the members of its sweep.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Folders.</param>
    /// <returns>One experiment or more.</returns>
    public IReadOnlyList<Experiment> Load(ParseResult parsed, CommandEnvironment environment) =>
        new ExperimentLoader(environment.Repository, environment.CurrentFolder).Load(Name(parsed), parsed.GetValue(_set)!);
}
