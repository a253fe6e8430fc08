using System.CommandLine;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Commands;

/// <summary>Options of <c>plan</c> and <c>run</c> that say which stages they are about.</summary>
internal sealed class StageSelectionArguments
{
    private readonly Argument<string?> _stage = StageArgument.Create("last stage; all when left out");

    private readonly Option<string?> _until = new("--until") { Description = "the same as STAGE: the last stage", HelpName = "STAGE" };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "this stage and those after it alone; the results of all before it have to be in the store",
        HelpName = "STAGE",
    };

    private readonly Option<string[]> _force = new("--force")
    {
        Description = "run this stage whatever the store has; may be repeated",
        DefaultValueFactory = _ => [],
        HelpName = "STAGE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string[]> _freeze = new("--freeze")
    {
        Description = "use the last result of this stage in this experiment although settings or inputs changed; told everywhere it is used; may be repeated",
        DefaultValueFactory = _ => [],
        HelpName = "STAGE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_stage);
        command.Options.Add(_until);
        command.Options.Add(_from);
        command.Options.Add(_force);
        command.Options.Add(_freeze);
    }

    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>How to run, as far as these options say.</returns>
    /// <exception cref="ConfigurationException">STAGE and <c>--until</c> name two stages.</exception>
    public RunOptions Read(ParseResult parsed)
    {
        var (stage, until) = (parsed.GetValue(_stage), parsed.GetValue(_until));
        if (stage is not null && until is not null && stage != until)
        {
            throw new ConfigurationException($"{stage} and --until {until} name two last stages: give one of them");
        }

        return new RunOptions { Target = until ?? stage, From = parsed.GetValue(_from), Force = parsed.GetValue(_force)!, Freeze = parsed.GetValue(_freeze)! };
    }
}
