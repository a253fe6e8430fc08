using System.CommandLine;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Commands;

/// <summary>Options that say how much of the machine a run may take.</summary>
internal sealed class LimitArguments
{
    private readonly Option<int> _jobs = new("--jobs", "-j")
    {
        Description = "how many stages may run at a time, of this experiment and of all members of a sweep; each computing one gets a process of its own and, unless model.threads says more or less, an equal share of the cores",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    private readonly Option<int?> _cores = new("--cores") { Description = "with --jobs: cores that stages share; all of the machine when left out", HelpName = "N" };

    private readonly Option<string?> _memory = new("--memory")
    {
        Description = "with --jobs: memory that stages share by their predicted peaks, such as 16GiB; that of the machine when left out",
        HelpName = "SIZE",
    };

    /// <summary>Creates the options.</summary>
    public LimitArguments()
    {
        _jobs.Validators.Add(result => Check(result.GetValue(_jobs) is >= 1 and <= 1024, result, "--jobs must be between 1 and 1024"));
        _cores.Validators.Add(result => Check(result.GetValue(_cores) is null or (>= 1 and <= 4096), result, "--cores must be between 1 and 4096"));
        _memory.Validators.Add(result => Check(
            result.GetValue(_memory) is not { } text || ByteSize.Parse(text) is not null, result, $"--memory {result.GetValue(_memory)} is no size: write it as in 16GiB or 80GB"));
    }

    /// <summary>Adds the options to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_jobs);
        command.Options.Add(_cores);
        command.Options.Add(_memory);
    }

    /// <summary>Reads the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <returns>The limits.</returns>
    /// <exception cref="ConfigurationException">There is something to share and nobody to share it with.</exception>
    public RunLimits Read(ParseResult parsed)
    {
        if (parsed.GetValue(_jobs) == 1 && (parsed.GetValue(_cores) is not null || parsed.GetValue(_memory) is not null))
        {
            throw new ConfigurationException(
                "--cores and --memory share the machine between stages that run at a time: give --jobs above 1, too; the threads of one stage are the setting model.threads");
        }

        var machine = RunLimits.OneAtATime;
        return new RunLimits(
            parsed.GetValue(_jobs), parsed.GetValue(_cores) ?? machine.Cores, ByteSize.Parse(parsed.GetValue(_memory) ?? "") ?? machine.Memory);
    }

    private static void Check(bool right, System.CommandLine.Parsing.OptionResult result, string message)
    {
        if (!right)
        {
            result.AddError(message);
        }
    }
}
