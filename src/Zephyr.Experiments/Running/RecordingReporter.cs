using System.Globalization;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Running;

/// <summary>Passes what a stage tells to the display, the tracker and the stage's log, and keeps figures and counts for the manifest.</summary>
public sealed class RecordingReporter : IStageReporter, IDisposable
{
    private readonly IStageReporter _display;
    private readonly IRunTracker _tracker;
    private readonly string _runId;
    private readonly TimeProvider _clock;
    private readonly int _logEvery;
    private readonly StreamWriter _log;
    private readonly SortedDictionary<string, double> _metrics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _lastStep;

    /// <summary>Creates a reporter.</summary>
    /// <param name="display">Shows progress.</param>
    /// <param name="tracker">Takes metrics of steps.</param>
    /// <param name="runId">The stage's nested run.</param>
    /// <param name="logFile">The stage's log, made anew.</param>
    /// <param name="logEvery">Every how many steps metrics go to tracking; the last step of a task always does.</param>
    /// <param name="clock">Tells the time of steps.</param>
    public RecordingReporter(IStageReporter display, IRunTracker tracker, string runId, string logFile, int logEvery, TimeProvider clock)
    {
        _display = display;
        _tracker = tracker;
        _runId = runId;
        _clock = clock;
        _logEvery = logEvery;
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        LogFile = logFile;
        _log = new StreamWriter(logFile) { AutoFlush = true };
    }

    /// <summary>The stage's log.</summary>
    public string LogFile { get; }

    /// <summary>Final figures so far.</summary>
    public IReadOnlyDictionary<string, double> Metrics => _metrics;

    /// <summary>Counts so far.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <inheritdoc />
    public void Begin(string task, long totalSteps)
    {
        Log($"begin {task}, {totalSteps} steps");
        _lastStep = totalSteps;
        _display.Begin(task, totalSteps);
    }

    /// <inheritdoc />
    public void Step(long step, IReadOnlyDictionary<string, double> metrics)
    {
        if (metrics.Count > 0 && (step % _logEvery == 0 || step == _lastStep))
        {
            Log($"step {step} " + string.Join(' ', metrics.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value:R}"))));
            _tracker.StepMetrics(_runId, step, _clock.GetUtcNow(), metrics);
        }

        _display.Step(step, metrics);
    }

    /// <inheritdoc />
    public void Count(string name, long value)
    {
        Log($"count {name}={value}");
        _counts[name] = value;
        _display.Count(name, value);
    }

    /// <inheritdoc />
    public void Metric(string name, double value)
    {
        Log(string.Create(CultureInfo.InvariantCulture, $"metric {name}={value:R}"));
        _metrics[name] = value;
        _display.Metric(name, value);
    }

    /// <inheritdoc />
    public void Note(string message)
    {
        Log(message);
        _display.Note(message);
    }

    /// <summary>Writes a line to the log alone.</summary>
    /// <param name="message">The line.</param>
    public void Log(string message) => _log.WriteLine($"{_clock.GetUtcNow():O} {message}");

    /// <inheritdoc />
    public void Dispose()
    {
        _log.Dispose();
        (_display as IDisposable)?.Dispose();
    }
}
