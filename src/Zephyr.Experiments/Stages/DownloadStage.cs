using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Data.Mixing;
using Zephyr.Core.Models;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.World;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>
/// Brings the base model and the raw data together. Folders and files, of this machine or fetched from the hub, are copied into one
/// layout; an experiment that starts from nothing gets a synthetic world and a randomly started model. Later stages cannot tell the
/// difference.
/// </summary>
internal sealed class DownloadStage : IStage
{
    /// <inheritdoc/>
    public string Name => StageFiles.Download;

    /// <inheritdoc/>
    public int Version => 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["data", "model.source", "model.architecture", "tokenizer.source", "tokenizer.vocab_size"];

    /// <inheritdoc/>
    public async Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var counts = new StageCounts(context);
        var data = Directory.CreateDirectory(Path.Combine(context.Output, StageFiles.Data)).FullName;
        if (context.Settings.Data.Source == DataSource.World)
        {
            MakeWorld(context, counts, data);
        }
        else
        {
            var options = context.Settings.Data;
            var sft = await LocalAsync(context, options.Sft, cancellationToken);
            var preferences = await LocalAsync(context, options.Preferences, cancellationToken);
            ReadFiles(context, options with { Sft = sft, Preferences = preferences }, counts, data, cancellationToken);
        }

        await WriteBaseModelAsync(context, cancellationToken);
        await WriteTokenizerAsync(context, cancellationToken);
        SourceRecord.Write(context);
        counts.Write();
    }

    private static void MakeWorld(StageContext context, StageCounts counts, string folder)
    {
        context.Reporter.Begin("making the synthetic world", 0);
        var world = WorldGenerator.Generate(context.Settings.Data.World, context.Seed);
        WorldFiles.Write(world, folder);
        var statistics = world.Statistics;
        counts.Set("prompts", statistics.TrainPrompts);
        counts.Set("prompts.heldout", statistics.HeldOutPrompts);
        counts.Set("pairs", statistics.Pairs);
        counts.Set("pairs.ties_dropped", statistics.TiesDropped);
        context.Reporter.Metric("best_answer_score", statistics.BestScore);
        context.Reporter.Metric("best_answer_perfect_share", statistics.PerfectBestShare);
        context.Reporter.Metric("chosen_length", statistics.ChosenLength);
        context.Reporter.Metric("rejected_length", statistics.RejectedLength);
    }

    /// <summary>The same sources with what was fetched from their addresses.</summary>
    /// <param name="context">The running stage.</param>
    /// <param name="files">The sources.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <returns>The sources, all of them on this machine.</returns>
    internal static async Task<IReadOnlyList<DataFileOptions>> LocalAsync(
        StageContext context, IReadOnlyList<DataFileOptions> files, CancellationToken cancellationToken)
    {
        var local = new List<DataFileOptions>();
        foreach (var file in files)
        {
            if (RemoteSource.IsRemote(file.Path))
            {
                var fetched = await context.FetchAsync(file.Path, RemoteContent.Data, cancellationToken);
                local.Add(file.Fetched([.. fetched.Select(found => found.LocalPath)]));
            }
            else
            {
                local.Add(file);
            }
        }

        return local;
    }

    private static void ReadFiles(StageContext context, DataOptions options, StageCounts counts, string folder, CancellationToken cancellationToken)
    {
        context.Reporter.Begin("reading data files", 0);
        var work = Directory.CreateDirectory(context.Checkpoints).FullName;
        var mixer = new DataMixer(options, context.Seed, work);
        var sft = mixer.WriteConversations(Path.Combine(folder, WorldFiles.Sft), Path.Combine(folder, WorldFiles.HeldOutSft), cancellationToken);
        Record(counts, "sft", "conversations", sft);
        var pairs = mixer.WritePairs(Path.Combine(folder, WorldFiles.Preferences), Path.Combine(folder, WorldFiles.HeldOutPreferences), cancellationToken);
        Record(counts, "pairs", "pairs", pairs);
    }

    private static void Record(StageCounts counts, string set, string rows, MixReport report)
    {
        counts.Drops(set, report.Drops);
        counts.Set($"{set}.truecased", report.Truecased);
        counts.Set(rows, report.Train);
        counts.Set($"{rows}.heldout", report.HeldOut);
    }

    // A tokenizer on the hub is fetched here and loaded by tokenize; one on this machine is read where it is.
    private static async Task WriteTokenizerAsync(StageContext context, CancellationToken cancellationToken)
    {
        var source = context.Settings.Tokenizer.Source;
        if (RemoteSource.IsRemote(source))
        {
            ModelFolder.Copy(
                await context.FetchAsync(source, RemoteContent.Tokenizer, cancellationToken), Path.Combine(context.Output, StageFiles.SourceTokenizer));
        }
    }

    private static async Task WriteBaseModelAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (model, tokenizer) = (context.Settings.Model, context.Settings.Tokenizer);
        var folder = Path.Combine(context.Output, StageFiles.BaseModel);
        if (model.Source != "random")
        {
            var fetched = RemoteSource.IsRemote(model.Source) ? await context.FetchAsync(model.Source, RemoteContent.Model, cancellationToken) : null;
            context.Reporter.Begin("copying the base model", 0);
            if (fetched is null)
            {
                ModelFolder.Copy(model.Source, folder);
            }
            else
            {
                ModelFolder.Copy(fetched, folder);
            }

            ModelFolder.Check(folder, model.Architecture);
            return;
        }

        if (tokenizer.Source != "train")
        {
            throw new ZephyrException(
                $"A randomly started model learns its own vocabulary, but tokenizer.source is {tokenizer.Source}. Set tokenizer.source to train, or model.source to a folder.");
        }

        context.Reporter.Begin("starting the base model", 0);
        var architecture = model.Architecture
            ?? throw new ZephyrException("model.source is random, which needs the shape of the model: set model.architecture.");
        RandomModel.Create(architecture, tokenizer.VocabSize, context.Seed, folder, BpeTrainer.BosId, BpeTrainer.EosId);
    }
}
