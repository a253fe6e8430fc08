using System.Text.Json.Nodes;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>How often the judge gave no judgment.</summary>
/// <param name="Unread">Replies without one, each of which was asked for again as long as there were tries.</param>
/// <param name="Missing">Judgments that did not come at all.</param>
/// <param name="TooLong">Those of them whose prompt does not fit the judge's context.</param>
/// <param name="Cut">Those of them whose last reply reached its longest length.</param>
internal sealed record JudgeFaults(int Unread = 0, int Missing = 0, int TooLong = 0, int Cut = 0)
{
    /// <summary>Both together.</summary>
    /// <param name="other">Faults of other judgments.</param>
    /// <returns>The sums.</returns>
    public JudgeFaults With(JudgeFaults other) => new(Unread + other.Unread, Missing + other.Missing, TooLong + other.TooLong, Cut + other.Cut);

    /// <summary>The counts, as documents have them.</summary>
    /// <param name="judgments">All judgments.</param>
    /// <returns>A new object.</returns>
    public JsonObject ToJson(int judgments) => new() { ["judgments"] = judgments, ["unread_replies"] = Unread, ["without_judgment"] = Missing, ["too_long"] = TooLong, ["cut_replies"] = Cut };

    /// <summary>Why there is not a single judgment, and what to do. Asking again is no use, because replies are stored.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="setting">The section that names it.</param>
    /// <param name="judgments">All judgments.</param>
    /// <param name="path">Where its words are.</param>
    /// <returns>The message.</returns>
    public string NoneAtAll(string judge, string setting, int judgments, string path) => TooLong == judgments
        ? $"None of the {judgments} prompts fits the context of {judge}. Name a judge with a longer one."
        : $"{judge} gave none of the {judgments} answers a rating that could be read; what it wrote is in {path}. Its replies are stored, so asking again changes nothing: "
            + (Cut > 0 ? $"raise {setting}.max_tokens, which {Cut} replies reached, or name another judge." : $"name another judge, or raise {setting}.attempts.");

    /// <summary>Tells what there is to tell.</summary>
    /// <param name="reporter">Takes the lines.</param>
    /// <param name="judgments">All judgments.</param>
    public void Note(IStageReporter reporter, int judgments)
    {
        if (Missing > 0)
        {
            reporter.Note($"{Missing} of {judgments} judgments are missing and count nowhere: {TooLong} because the prompt does not fit the judge's context, {Missing - TooLong} because no reply could be read{(Cut > 0 ? $" ({Cut} of the last replies reached their longest length, max_tokens)" : "")}");
        }
        else if (Unread > 0)
        {
            reporter.Note($"{Unread} replies of the judge could not be read and were asked for again");
        }
    }
}
