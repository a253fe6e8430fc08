using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Hub;

/// <summary>Shows how much of several files has arrived, as one task of a stage. May be told from many threads.</summary>
internal sealed class FetchProgress
{
    private const long Mebibyte = 1 << 20;
    private const int MostSteps = 1000;
    private static readonly IReadOnlyDictionary<string, double> s_none = new Dictionary<string, double>(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _arrived = new(StringComparer.Ordinal);
    private readonly IStageReporter _reporter;
    private readonly long _step;
    private readonly long _steps;
    private long _shown;
    private long _total;

    /// <summary>Begins the task.</summary>
    /// <param name="reporter">The reporter of the stage.</param>
    /// <param name="name">What is fetched.</param>
    /// <param name="bytes">Bytes of all files.</param>
    public FetchProgress(IStageReporter reporter, string name, long bytes)
    {
        _reporter = reporter;
        _step = Math.Max(Mebibyte, bytes / MostSteps);
        _steps = (bytes + _step - 1) / _step;
        reporter.Begin(name, _steps);
    }

    /// <summary>Tells how much of a file is here; less than before when it begins anew.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Bytes that are here.</param>
    public void Arrived(string path, long bytes)
    {
        lock (_gate)
        {
            _total += bytes - _arrived.GetValueOrDefault(path);
            _arrived[path] = bytes;
            if (Math.Min(_total / _step, _steps) is var step && step > _shown)
            {
                _shown = step;
                _reporter.Step(step, s_none);
            }
        }
    }

    /// <summary>Tells the user one line.</summary>
    /// <param name="message">The line.</param>
    public void Note(string message)
    {
        lock (_gate)
        {
            _reporter.Note(message);
        }
    }
}
