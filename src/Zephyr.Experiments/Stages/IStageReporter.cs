namespace Zephyr.Experiments.Stages;

/// <summary>What a stage tells about its work. Calls come from one thread at a time.</summary>
public interface IStageReporter
{
    /// <summary>Starts a task with its own progress bar; ends the one before.</summary>
    /// <param name="task">A few words, such as <c>training</c>.</param>
    /// <param name="totalSteps">Steps the task has; 0 when not known.</param>
    void Begin(string task, long totalSteps);

    /// <summary>Advances the progress bar and records the metrics of this step in tracking.</summary>
    /// <param name="step">Steps done so far, counted from 1 for the first.</param>
    /// <param name="metrics">Metrics of the step, such as <c>loss</c> and <c>tokens_per_second</c>; may be empty.</param>
    void Step(long step, IReadOnlyDictionary<string, double> metrics);

    /// <summary>Records a count, such as <c>rows.truncated</c>: shown to the user and kept in the manifest.</summary>
    /// <param name="name">Name of what is counted.</param>
    /// <param name="value">The count; the last one given stands.</param>
    void Count(string name, long value);

    /// <summary>Records a final figure of the stage in the manifest.</summary>
    /// <param name="name">Name of the metric.</param>
    /// <param name="value">The figure; the last one given stands.</param>
    void Metric(string name, double value);

    /// <summary>Tells the user one line.</summary>
    /// <param name="message">The line.</param>
    void Note(string message);
}
