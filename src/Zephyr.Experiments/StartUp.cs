using System.Security.Cryptography;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Page;
using Zephyr.Experiments.Reporting.Sections;
using Zephyr.Experiments.Tracking;

namespace Zephyr.Experiments;

/// <summary>
/// Work that every plan waits for and that does not wait for its arguments: loading the hash library and reading the shape of
/// experiment files by reflection; for a run, loading SQLite and what writes its page as well. A second core does that while the first
/// reads the command line and the experiment.
/// </summary>
internal static class StartUp
{
    private static readonly string[] s_planning = ["plan", "run", "results", "explain"];

    /// <summary>Starts that work for the verbs that plan. Whoever needs a part of it waits for that part alone.</summary>
    /// <param name="arguments">The command line.</param>
    public static void Begin(string[] arguments)
    {
        if (arguments is ["bench", "plan", ..] || (arguments is [var verb, ..] && s_planning.Contains(verb, StringComparer.Ordinal)))
        {
            _ = Task.Run(static () => SHA256.HashData([]));
            _ = Task.Run(static () => ExperimentLoader.Shape);
        }

        if (arguments is ["run", ..])
        {
            _ = Task.Run(TrackingJournal.Load);
            _ = Task.Run(static () => HtmlReport.Text(PipelinePicture.Draw([new ReportStage("a", [], null, false), new ReportStage("b", ["a"], "", true)])));
        }
    }
}
