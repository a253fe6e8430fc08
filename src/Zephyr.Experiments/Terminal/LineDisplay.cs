using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Terminal;

/// <summary>Shows a run as plain lines: for logs, pipes and continuous integration.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="clock">Spaces out progress lines.</param>
/// <param name="prefix">Begins every line; tells members of a sweep apart that run side by side.</param>
public sealed class LineDisplay(TextWriter output, TimeProvider clock, string prefix = "") : IRunDisplay
{
    /// <inheritdoc />
    public void Note(string message) => output.WriteLine(prefix + message);

    /// <inheritdoc />
    public IStageReporter StageStarted(string stage, string reason)
    {
        output.WriteLine($"{prefix}{stage}: runs ({reason})");
        return new Lines(prefix + stage, output, clock);
    }

    /// <inheritdoc />
    public void StageFinished(StageResult stage) => output.WriteLine(prefix + StageLine.Text(stage));

    private sealed class Lines(string stage, TextWriter output, TimeProvider clock) : IStageReporter
    {
        private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);
        private ProgressRate _rate = new(clock, 0);
        private string _task = "";
        private long? _shown;
        private long _last;

        public void Begin(string task, long totalSteps)
        {
            _task = task;
            _rate = new ProgressRate(clock, totalSteps);
            (_shown, _last) = (null, 0);
        }

        public void Step(long step, IReadOnlyDictionary<string, double> metrics)
        {
            var left = _rate.Left(step);
            var words = ProgressRate.Words(metrics);
            if (step == _last && words.Length == 0)
            {
                return; // figures that are not shown, of a step that is
            }

            if (step != _rate.TotalSteps && _shown is { } shown && clock.GetElapsedTime(shown) < s_between)
            {
                return;
            }

            (_shown, _last) = (clock.GetTimestamp(), step);
            var total = _rate.TotalSteps > 0 ? $"/{_rate.TotalSteps}" : "";
            var time = left is { } rest ? $"  {rest:h\\:mm\\:ss} left" : "";
            output.WriteLine($"{stage}: {_task} {step}{total}  {words}{time}");
        }

        public void Count(string name, long value) => output.WriteLine($"{stage}: {name} {value}");

        public void Metric(string name, double value)
        {
            // Final figures are in the table at the end.
        }

        public void Note(string message) => output.WriteLine($"{stage}: {message}");
    }
}
