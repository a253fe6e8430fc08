using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Feedback;

/// <summary>Adds up what came of all prompts.</summary>
/// <param name="options">Section <c>feedback</c>.</param>
internal sealed class FeedbackStatistics(FeedbackOptions options)
{
    private readonly Dictionary<string, (int Answers, double Score)> _teachers = options.Teachers.ToDictionary(
        static teacher => teacher.Name, static _ => (0, 0.0), StringComparer.Ordinal);

    private long _answers;
    private long _judged;
    private long _empty;
    private long _filtered;
    private long _truncated;
    private long _tooLong;
    private long _malformed;
    private long _unjudged;
    private long _usageMissing;
    private long _inputTokens;
    private long _outputTokens;

    /// <summary>Adds a prompt.</summary>
    /// <param name="outcome">What came of it.</param>
    public void Add(PromptOutcome outcome)
    {
        _answers += outcome.Answers;
        _judged += outcome.Rated.Completions.Count;
        _empty += outcome.Empty;
        _filtered += outcome.Filtered;
        _truncated += outcome.Truncated;
        _tooLong += outcome.TooLong;
        _malformed += outcome.Malformed;
        _unjudged += outcome.Unjudged;
        _usageMissing += outcome.UsageMissing;
        _inputTokens += outcome.InputTokens;
        _outputTokens += outcome.OutputTokens;
        foreach (var completion in outcome.Rated.Completions)
        {
            var (answers, score) = _teachers[completion.Teacher];
            _teachers[completion.Teacher] = (answers + 1, score + completion.Judgment.Mean);
        }
    }

    /// <summary>Records the sums. They depend on the answers alone, so they are part of the output.</summary>
    /// <param name="counts">Takes the counts.</param>
    /// <param name="reporter">Takes the figures.</param>
    public void Record(StageCounts counts, IStageReporter reporter)
    {
        counts.Set("answers", _answers);
        counts.Set("answers.judged", _judged);
        counts.Set("answers.dropped.empty", _empty);
        counts.Set("answers.dropped.filtered", _filtered);
        counts.Set(options.Truncated == TruncatedAnswers.Drop ? "answers.dropped.truncated" : "answers.truncated", _truncated);
        counts.Set("answers.dropped.prompt_too_long", _tooLong);
        counts.Set("answers.dropped.unjudged", _unjudged);
        counts.Set("judgments.malformed", _malformed);
        counts.Set("tokens.sent", _inputTokens);
        counts.Set("tokens.answered", _outputTokens);
        counts.Set("tokens.estimated_answers", _usageMissing);
        foreach (var (teacher, (answers, score)) in _teachers)
        {
            counts.Set($"teacher.{teacher}.answers", answers);
            if (answers > 0)
            {
                reporter.Metric($"teacher.{teacher}.score", score / answers);
            }
        }
    }

    /// <summary>What became of the answers, in a line.</summary>
    /// <returns>The line.</returns>
    public override string ToString() =>
        $"{_answers} answers, {_judged} judged, {_empty} empty, {_filtered} filtered, {_truncated} truncated, {_unjudged} without a rating that could be read, {_tooLong} prompts too long for their teacher";
}
