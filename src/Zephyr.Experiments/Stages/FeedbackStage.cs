using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Feedback;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Feedback;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// Makes preference data: teachers answer prompts, a judge rates the answers, and the ratings become pairs. What a model has answered is
/// stored outside of the stage before it is used, so a killed run goes on where it was, and changing how pairs are made asks nothing again.
/// </summary>
/// <param name="settings">The experiment.</param>
internal sealed class FeedbackStage(ExperimentSettings settings) : IStage
{
    private const int MostUnderWay = 512;

    // Raised with the form of the files: 2 has the source of each pair.
    private const int Files = 2;
    private static readonly IReadOnlyDictionary<string, double> s_noMetrics = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => StageFiles.Feedback;

    /// <inheritdoc/>
    public int Version => RatingPrompt.Version + PrincipleTexts.Version + Files - 2;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = FeedbackPrompts.AreOfDownload(settings.Data.Source, settings.Feedback) ? [StageFiles.Download] : [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = SettingsOf(settings);

    /// <inheritdoc/>
    public StageResources Resources(ExperimentSettings settings) => settings.Feedback is { } feedback && FeedbackPrompts.HasFolder(feedback)
        ? new StageResources(settings.Model.Threads, Memory: null, Device: null, Computes: true)
        : StageResources.Light;

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var options = context.Settings.Feedback!;
        var services = context.Endpoints ?? throw new ZephyrException("The stage feedback asks models, but nothing here can ask them.");
        var counts = new StageCounts(context);
        var world = FeedbackPrompts.World(context.Settings);
        var prompts = await FeedbackPrompts.ReadAsync(context, world, counts, cancellationToken);
        if (FeedbackPrompts.HasFolder(options))
        {
            ComputeDevice.Use(context);
        }

        var budget = new Budget((decimal?)options.Budget, "feedback.budget");
        var usage = new UsageCounts();
        using var cache = ResponseCache.Open(services.Responses);
        await using var panel = new Panel(options, FeedbackPrompts.Model(context.Settings), services, cache, budget, usage, world);
        var rater = new PromptRater(panel, options, context.Seed);
        if (options.Budget is not null || FeedbackPrompts.IsPriced(options))
        {
            context.Reporter.Begin("looking up stored answers", 0);
            context.Reporter.Note((await FeedbackForecast.OfAsync(prompts, options, rater, panel, budget, cancellationToken)).ToString());
        }

        try
        {
            await RateAsync(context, prompts, rater, counts, cancellationToken);
        }
        finally
        {
            // Of this run alone, and so told but not part of the output.
            context.Reporter.Count("requests.sent", usage.Requests);
            context.Reporter.Count("requests.stored", usage.FromStore);
            context.Reporter.Count("requests.retried", usage.Retries);
            context.Reporter.Count("requests.damaged", cache.Damaged);
            context.Reporter.Metric("cost", (double)budget.Total);
            context.Reporter.Metric("cost.this_run", (double)budget.Spent);
        }

        counts.Write();
    }

    private static async Task RateAsync(
        StageContext context, IReadOnlyList<FeedbackPrompt> prompts, PromptRater rater, StageCounts counts, CancellationToken cancellationToken)
    {
        var options = context.Settings.Feedback!;

        // The world has held-out rows of its own.
        var heldOut = context.Settings.Data.Source == DataSource.World
            ? null
            : PromptReader.HeldOut(prompts, context.Settings.Data.HeldOutFraction, context.Seed);
        var statistics = new FeedbackStatistics(options);
        using var output = new FeedbackOutput(context.Output, options, heldOut, context.Seed);
        context.Reporter.Begin("answering and rating", prompts.Count);
        var done = 0;
        await foreach (var outcome in new OrderedRun<FeedbackPrompt, PromptOutcome>(rater.RateAsync, Width(options)).RunAsync(prompts, cancellationToken))
        {
            statistics.Add(outcome);
            output.Write(outcome.Rated);
            context.Reporter.Step(++done, s_noMetrics);
        }

        statistics.Record(counts, context.Reporter);
        output.Record(counts, context.Reporter);
        if (output.Pairs == 0)
        {
            throw new ZephyrException(
                $"No pair came out of {prompts.Count} prompts: {statistics}. Ask again with another judge or a larger max_tokens, or make pairs in another way (feedback.pairing).");
        }
    }

    // Enough prompts side by side to keep every endpoint busy.
    private static int Width(FeedbackOptions options) =>
        Math.Clamp(options.Teachers.Append<EndpointOptions>(options.Judge).Sum(static endpoint => endpoint.Concurrency), 4, MostUnderWay);

    private static List<string> SettingsOf(ExperimentSettings settings)
    {
        List<string> names = ["feedback", "data.source"];
        if (FeedbackPrompts.AreOfWorld(settings.Data.Source, settings.Feedback))
        {
            names.Add("data.world.prompts");
        }

        if (settings.Data.Source == DataSource.Files)
        {
            names.Add("data.held_out_fraction");
        }

        if (settings.Feedback is { } feedback && FeedbackPrompts.HasFolder(feedback))
        {
            names.AddRange(["model.dtype", "model.device", "model.threads"]);
        }

        return names;
    }
}
