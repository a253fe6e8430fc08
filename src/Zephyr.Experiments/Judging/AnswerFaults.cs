using System.Text.Json.Nodes;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Judging;

/// <summary>How many answers of the model that is judged are not whole; they are judged all the same, because leaving them out would flatter the model.</summary>
/// <param name="TooLong">Conversations that do not fit the model's context, so that there is no answer.</param>
/// <param name="Truncated">Answers that reached their longest length.</param>
/// <param name="Empty">Answers without text.</param>
/// <param name="Filtered">Answers that an endpoint's filter refused.</param>
internal sealed record AnswerFaults(int TooLong = 0, int Truncated = 0, int Empty = 0, int Filtered = 0)
{
    /// <summary>Both together.</summary>
    /// <param name="other">Faults of other answers.</param>
    /// <returns>The sums.</returns>
    public AnswerFaults With(AnswerFaults other) => new(TooLong + other.TooLong, Truncated + other.Truncated, Empty + other.Empty, Filtered + other.Filtered);

    /// <summary>The counts, as documents have them.</summary>
    /// <param name="answers">All answers.</param>
    /// <returns>A new object.</returns>
    public JsonObject ToJson(int answers) =>
        new() { ["answers"] = answers, ["too_long"] = TooLong, ["truncated"] = Truncated, ["empty"] = Empty, ["filtered"] = Filtered };

    /// <summary>Tells what there is to tell.</summary>
    /// <param name="reporter">Takes the line.</param>
    /// <param name="answers">All answers.</param>
    public void Note(IStageReporter reporter, int answers)
    {
        void Tell(int count, string what)
        {
            if (count > 0)
            {
                reporter.Note($"{count} of {answers} answers {what}");
            }
        }

        Tell(TooLong, "could not be given because the conversation does not fit the model's context");
        Tell(Truncated, "reached their longest length (max_tokens) or the end of the context");
        Tell(Empty, "are empty");
        Tell(Filtered, "were refused by the endpoint's filter");
    }
}
