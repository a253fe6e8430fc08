using Spectre.Console;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Terminal;

/// <summary>Shows a run on a terminal, with a progress bar for each task.</summary>
/// <param name="clock">Tells the time left.</param>
public sealed class LiveDisplay(TimeProvider clock) : IRunDisplay
{
    /// <inheritdoc />
    public void Note(string message) => AnsiConsole.WriteLine(message);

    /// <inheritdoc />
    public IStageReporter StageStarted(string stage, string reason)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{stage}[/] [grey]runs: {reason}[/]");
        return new Bars(stage, clock);
    }

    /// <inheritdoc />
    public void StageFinished(StageResult stage)
    {
        var colour = stage.Status switch
        {
            StageStatus.Ran => "green",
            StageStatus.Cached => "grey",
            StageStatus.Failed => "red",
            _ => "yellow",
        };
        AnsiConsole.MarkupLine($"[{colour}]{Markup.Escape(StageLine.Text(stage))}[/]");
    }

    // Spectre draws bars while a callback of its own runs; the callback here waits until the task ends.
    private sealed class Bars(string stage, TimeProvider clock) : IStageReporter, IDisposable
    {
        private TaskCompletionSource? _end;
        private Task? _drawing;
        private ProgressTask? _bar;
        private ProgressRate _rate = new(clock, 0);
        private string _task = "";

        public void Begin(string task, long totalSteps)
        {
            Dispose();
            _task = task;
            _rate = new ProgressRate(clock, totalSteps);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var ready = new TaskCompletionSource<ProgressTask>(TaskCreationOptions.RunContinuationsAsynchronously);
            _end = end;
            _drawing = Task.Run(() => AnsiConsole.Progress().AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(context =>
                {
                    var bar = context.AddTask(Markup.Escape($"{stage} {task}"), maxValue: Math.Max(1, totalSteps));
                    bar.IsIndeterminate = totalSteps == 0;
                    ready.SetResult(bar);
                    return end.Task;
                }));
            _bar = Task.WhenAny(ready.Task, _drawing).GetAwaiter().GetResult() == ready.Task ? ready.Task.Result : null;
        }

        public void Step(long step, IReadOnlyDictionary<string, double> metrics)
        {
            var left = _rate.Left(step);
            if (_bar is null)
            {
                return;
            }

            _bar.Value = step;
            var time = left is { } rest ? $"  {rest:h\\:mm\\:ss} left" : "";
            _bar.Description = Markup.Escape($"{stage} {_task}  {ProgressRate.Words(metrics)}{time}");
        }

        public void Count(string name, long value) => AnsiConsole.WriteLine($"{stage}: {name} {value}");

        public void Metric(string name, double value)
        {
            // Final figures are in the table at the end.
        }

        public void Note(string message) => AnsiConsole.WriteLine($"{stage}: {message}");

        public void Dispose()
        {
            _end?.TrySetResult();
            _drawing?.GetAwaiter().GetResult();
            _end = null;
            _drawing = null;
            _bar = null;
        }
    }
}
