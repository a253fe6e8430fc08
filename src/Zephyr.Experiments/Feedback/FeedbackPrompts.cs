using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Feedback;
using Zephyr.Core.Models;
using Zephyr.Core.World;
using Zephyr.Experiments.Endpoints;
using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Feedback;

/// <summary>Finds the prompts of an experiment's feedback.</summary>
internal static class FeedbackPrompts
{
    /// <summary>Whether the prompts are those of the synthetic world.</summary>
    /// <param name="source">What data the experiment starts from.</param>
    /// <param name="options">Section <c>feedback</c>.</param>
    public static bool AreOfWorld(DataSource source, FeedbackOptions? options) => source == DataSource.World && options is { Prompts.Count: 0 };

    /// <summary>Whether the prompts are those of the conversations that download brings.</summary>
    /// <param name="source">What data the experiment starts from.</param>
    /// <param name="options">Section <c>feedback</c>.</param>
    public static bool AreOfDownload(DataSource source, FeedbackOptions? options) => source == DataSource.Files && options is { Prompts.Count: 0 };

    /// <summary>The world's prompts and teachers, where the prompts are the world's.</summary>
    /// <param name="settings">The settings of the stage.</param>
    public static SimulatedTeachers? World(StageSettings settings) =>
        AreOfWorld(settings.Data.Source, settings.Feedback) ? new SimulatedTeachers(settings.Data.World.Prompts, settings.Seed) : null;

    /// <summary>Precision of models in process; the default where there are none, because the stage then reads no such setting.</summary>
    /// <param name="settings">The settings of the stage.</param>
    public static ModelOptions Model(StageSettings settings) => HasFolder(settings.Feedback!) ? settings.Model : new ModelOptions();

    /// <summary>Whether a model answers in process.</summary>
    /// <param name="options">Section <c>feedback</c>.</param>
    public static bool HasFolder(FeedbackOptions options) =>
        options.Judge.Kind == FeedbackJudge.Folder || options.Teachers.Any(static teacher => teacher.Kind == TeacherKind.Folder);

    /// <summary>Whether anything has a price.</summary>
    /// <param name="options">Section <c>feedback</c>.</param>
    public static bool IsPriced(FeedbackOptions options) =>
        options.Teachers.Append<EndpointOptions>(options.Judge).Any(static endpoint => endpoint.InputPrice > 0 || endpoint.OutputPrice > 0);

    /// <summary>Reads the prompts, and counts those that are left out.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="world">The world's prompts, where they are asked for.</param>
    /// <param name="counts">Takes the counts.</param>
    /// <param name="cancellationToken">Stops fetching and reading.</param>
    /// <returns>The sample in the order of the sources.</returns>
    /// <exception cref="ZephyrException">There are no prompts, or a source cannot be read.</exception>
    public static async Task<IReadOnlyList<FeedbackPrompt>> ReadAsync(
        StageContext context, SimulatedTeachers? world, StageCounts counts, CancellationToken cancellationToken)
    {
        context.Reporter.Begin("reading prompts", 0);
        var options = context.Settings.Feedback!;
        var drops = new DropCounts();
        IReadOnlyList<DataFileOptions> sources = world is not null ? []
            : options.Prompts.Count > 0 ? await DownloadStage.LocalAsync(context, options.Prompts, cancellationToken)
            : [new DataFileOptions { Path = Path.Combine(context.Input(StageFiles.Download), StageFiles.Data, WorldFiles.Sft), Format = RowFormat.Messages }];
        var prompts = PromptReader.Sample(world is null ? Read(sources, options, drops, cancellationToken) : OfWorld(world, options, drops), options.Sample, context.Seed);
        counts.Set("prompts", prompts.Count);
        counts.Drops("prompts", drops);
        if (prompts.Count == 0)
        {
            throw new ZephyrException($"There are no prompts: {drops}. Name other sources in feedback.prompts, or raise feedback.max_prompt_characters.");
        }

        if (prompts.Count < options.Sample)
        {
            context.Reporter.Note($"feedback.sample asks for {options.Sample} prompts, and there are {prompts.Count}");
        }

        return prompts;
    }

    private static IEnumerable<FeedbackPrompt> Read(IReadOnlyList<DataFileOptions> sources, FeedbackOptions options, DropCounts drops, CancellationToken cancellationToken)
    {
        var reader = new PromptReader(options.MaxPromptCharacters, drops);
        for (var i = 0; i < sources.Count; i++)
        {
            // The path is not part of the name: the same content elsewhere gives the same output.
            foreach (var prompt in reader.Read(sources[i], $"prompts[{i}]"))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return prompt;
            }
        }
    }

    private static IEnumerable<FeedbackPrompt> OfWorld(SimulatedTeachers world, FeedbackOptions options, DropCounts drops)
    {
        for (var i = 0; i < world.Prompts.Count; i++)
        {
            var prompt = new FeedbackPrompt(world.Prompts[i].Id, world.Prompts[i].Skill, world.Prompts[i].Messages, i);
            if (options.MaxPromptCharacters > 0 && prompt.Characters > options.MaxPromptCharacters)
            {
                drops.Add(DropReason.TooLong);
                continue;
            }

            yield return prompt;
        }
    }
}
