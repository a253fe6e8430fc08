using System.Text.Json.Nodes;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Feedback;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Judging;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr plan --cost</c>: what asking teachers and judges can cost at most, and what is paid for already. Asks nothing and needs no key.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="forecast">The forecast; null for an experiment without feedback.</param>
/// <param name="benchmarks">What the judges of benchmarks can cost.</param>
internal sealed class PlanCost(Experiment experiment, FeedbackForecast? forecast, IReadOnlyList<BenchmarkCost> benchmarks)
{
    /// <summary>Finds the cost of an experiment.</summary>
    /// <param name="environment">Folders and clock.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>The cost.</returns>
    /// <exception cref="Core.ZephyrException">The prompts are not on this machine yet, or cannot be read.</exception>
    public static async Task<PlanCost> OfAsync(CommandEnvironment environment, Experiment experiment, CancellationToken cancellationToken)
    {
        var (settings, folders) = (experiment.Settings, environment.Folders);

        // The key's value does not matter: nothing is sent.
        var services = new EndpointServices(folders.Responses, static _ => "no-key-for-a-plan", environment.Clock);
        var benchmarks = await BenchmarkCost.OfAsync(settings, services, new Silence());
        if (settings.Feedback is not { } options)
        {
            return new PlanCost(experiment, null, benchmarks);
        }

        using var sources = new StageSources(experiment, folders, () => environment.Sources(offline: true));
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (FeedbackPrompts.AreOfDownload(settings.Data.Source, options))
        {
            inputs[StageFiles.Download] = folders.View(experiment.Name, StageFiles.Download);
            if (!Directory.Exists(inputs[StageFiles.Download]))
            {
                throw new Core.ZephyrException($"The prompts come from data.sft, which download has not brought yet: run zephyr run download --experiment={experiment.Name} first.");
            }
        }

        var context = new StageContext(StageFiles.Feedback, new StageSettings(settings, new FeedbackStage(settings)), experiment.Resolved, inputs, folders.Work, folders.Work, new Silence())
        {
            Sources = sources,
            Endpoints = services,
        };
        using var cache = ResponseCache.OpenExisting(folders.Responses);
        return new PlanCost(experiment, await FeedbackForecast.OfAsync(context, options, services, cache, cancellationToken), benchmarks);
    }

    /// <summary>The cost as JSON.</summary>
    /// <returns>A new object.</returns>
    public JsonObject Json() => new()
    {
        ["experiment"] = experiment.Name,
        ["prompts"] = forecast?.Prompts ?? 0,
        ["prompts_stored"] = forecast?.Stored ?? 0,
        ["paid"] = forecast?.Paid ?? 0,
        ["at_most"] = forecast?.Most ?? 0,
        ["budget"] = experiment.Settings.Feedback?.Budget,
        ["benchmarks"] = new JsonArray([.. benchmarks.Select(static benchmark => (JsonNode?)benchmark.ToJson())]),
    };

    /// <summary>Writes the cost in a line.</summary>
    /// <param name="output">Where to.</param>
    public void Write(TextWriter output)
    {
        if (forecast is not null)
        {
            output.WriteLine($"experiment {experiment.Name}: feedback: {forecast}");
        }
        else if (benchmarks.Count == 0)
        {
            output.WriteLine($"experiment {experiment.Name}: no stage asks models that cost anything");
        }

        foreach (var benchmark in benchmarks)
        {
            output.WriteLine($"experiment {experiment.Name}: {benchmark}");
        }

        if (forecast is not null && experiment.Settings.Feedback?.Budget is { } budget)
        {
            output.WriteLine($"The budget is {Budget.Text((decimal)budget)} in all{(forecast.Paid + forecast.Most > (decimal)budget ? "; when it is used up the run stops, keeps what was paid for, and goes on after it is raised" : "")}.");
        }
    }

    private sealed class Silence : IStageReporter
    {
        public void Begin(string task, long totalSteps)
        {
        }

        public void Step(long step, IReadOnlyDictionary<string, double> metrics)
        {
        }

        public void Count(string name, long value)
        {
        }

        public void Metric(string name, double value)
        {
        }

        public void Note(string message)
        {
        }
    }
}
