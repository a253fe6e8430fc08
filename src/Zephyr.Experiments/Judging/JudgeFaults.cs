using System.Text.Json.Nodes;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>How often the judge gave no judgment.</summary>
/// <param name="Unread">Replies without one, each of which was asked for again as long as there were tries.</param>
/// <param name="Missing">Judgments that did not come at all.</param>
/// <param name="TooLong">Those of them whose prompt does not fit the judge's context.</param>
internal sealed record JudgeFaults(int Unread = 0, int Missing = 0, int TooLong = 0)
{
    /// <summary>Both together.</summary>
    /// <param name="other">Faults of other judgments.</param>
    /// <returns>The sums.</returns>
    public JudgeFaults With(JudgeFaults other) => new(Unread + other.Unread, Missing + other.Missing, TooLong + other.TooLong);

    /// <summary>The counts, as documents have them.</summary>
    /// <param name="judgments">All judgments.</param>
    /// <returns>A new object.</returns>
    public JsonObject ToJson(int judgments) => new() { ["judgments"] = judgments, ["unread_replies"] = Unread, ["without_judgment"] = Missing, ["too_long"] = TooLong };

    /// <summary>Tells what there is to tell.</summary>
    /// <param name="reporter">Takes the lines.</param>
    /// <param name="judgments">All judgments.</param>
    public void Note(IStageReporter reporter, int judgments)
    {
        if (Missing > 0)
        {
            reporter.Note($"{Missing} of {judgments} judgments are missing and count nowhere: {TooLong} because the prompt does not fit the judge's context, {Missing - TooLong} because no reply could be read");
        }
        else if (Unread > 0)
        {
            reporter.Note($"{Unread} replies of the judge could not be read and were asked for again");
        }
    }
}
