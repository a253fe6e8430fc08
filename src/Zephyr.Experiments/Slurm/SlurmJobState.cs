using System.Text.RegularExpressions;

namespace Zephyr.Experiments.Slurm;

/// <summary>What Slurm says about a job.</summary>
/// <param name="State">Slurm's word, such as <c>RUNNING</c>.</param>
/// <param name="Reason">Why it waits or ended, in Slurm's words; empty when there is none.</param>
/// <param name="Node">The node; empty while it waits.</param>
/// <param name="ExitCode">Exit code of its script.</param>
/// <param name="Signal">Signal that ended it; 0 for none.</param>
internal sealed partial record SlurmJobState(string State, string Reason, string Node, int ExitCode, int Signal)
{
    /// <summary>Whether it waits for its turn.</summary>
    public bool IsPending => State is "PENDING" or "CONFIGURING" or "REQUEUED" or "REQUEUE_HOLD" or "REQUEUE_FED" or "SPECIAL_EXIT" or "RESV_DEL_HOLD";

    /// <summary>Whether it will never run again.</summary>
    public bool HasEnded => State is "COMPLETED" or "FAILED" or "TIMEOUT" or "OUT_OF_MEMORY" or "NODE_FAIL" or "BOOT_FAIL" or "PREEMPTED" or "CANCELLED"
        or "DEADLINE" or "REVOKED" or "LAUNCH_FAILED" or "RECONFIG_FAIL";

    /// <summary>Reads a line of <c>scontrol --oneliner show job</c>.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The state; null when the line is none.</returns>
    public static SlurmJobState? OfScontrol(string line)
    {
        if (JobStateField().Match(line) is not { Success: true } state)
        {
            return null;
        }

        var (exit, signal) = Exit(ExitCodeField().Match(line).Groups["value"].Value);
        return new SlurmJobState(Word(state.Groups["value"].Value), None(ReasonField().Match(line).Groups["value"].Value), None(NodeField().Match(line).Groups["value"].Value), exit, signal);
    }

    /// <summary>Reads a line of <c>sacct --parsable2 --format=State,ExitCode,NodeList,Reason</c>.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The state; null when the line is none.</returns>
    public static SlurmJobState? OfSacct(string line)
    {
        var fields = line.Trim().Split('|');
        if (fields.Length < 4 || Word(fields[0]) is not { Length: > 0 } state)
        {
            return null;
        }

        var (exit, signal) = Exit(fields[1]);
        return new SlurmJobState(state, None(fields[3]), None(fields[2]), exit, signal);
    }

    // "CANCELLED by 1000", "CANCELLED+".
    private static string Word(string text) => LeadingWord().Match(text).Value;

    private static string None(string text) => text is "None" or "(null)" or "None assigned" or "Unknown" ? "" : text;

    private static (int Exit, int Signal) Exit(string text) =>
        text.Split(':') is [var exit, var signal] && int.TryParse(exit, out var code) && int.TryParse(signal, out var number) ? (code, number) : (0, 0);

    [GeneratedRegex("(?:^| )JobState=(?<value>\\S+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex JobStateField();

    [GeneratedRegex(" Reason=(?<value>\\S*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReasonField();

    [GeneratedRegex(" NodeList=(?<value>\\S*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NodeField();

    [GeneratedRegex(" ExitCode=(?<value>\\S*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExitCodeField();

    [GeneratedRegex("^[A-Z_]+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LeadingWord();
}
