using Zephyr.Core;
using Zephyr.Core.Data;
using Zephyr.Core.Models;
using Zephyr.Core.Randomness;
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
    public int Version => 1;

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

    // The same files with every address replaced by what was fetched from it; one with wildcards becomes several.
    private static async Task<IReadOnlyList<DataFileOptions>> LocalAsync(
        StageContext context, IReadOnlyList<DataFileOptions> files, CancellationToken cancellationToken)
    {
        var local = new List<DataFileOptions>();
        foreach (var file in files)
        {
            if (RemoteSource.IsRemote(file.Path))
            {
                var fetched = await context.FetchAsync(file.Path, RemoteContent.Data, cancellationToken);
                local.AddRange(fetched.Select(found => file with { Path = found.LocalPath }));
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
        var drops = new DropCounts();
        var conversations = Read(options.Sft, file => ConversationReader.Read(file, drops), cancellationToken);
        counts.Drops("sft", drops);
        var (sft, heldOutSft) = Split(conversations, options.HeldOutFraction, new SeededRandom(context.Seed, "download/sft"));
        JsonLines.Write(Path.Combine(folder, WorldFiles.Sft), sft);
        JsonLines.Write(Path.Combine(folder, WorldFiles.HeldOutSft), heldOutSft);

        var pairDrops = new DropCounts();
        var pairs = Read(options.Preferences, file => PreferenceReader.Read(file, pairDrops), cancellationToken);
        counts.Drops("pairs", pairDrops);
        var (preferences, heldOutPreferences) = Split(pairs, options.HeldOutFraction, new SeededRandom(context.Seed, "download/preferences"));
        JsonLines.Write(Path.Combine(folder, WorldFiles.Preferences), preferences);
        JsonLines.Write(Path.Combine(folder, WorldFiles.HeldOutPreferences), heldOutPreferences);

        counts.Set("conversations", sft.Count);
        counts.Set("conversations.heldout", heldOutSft.Count);
        counts.Set("pairs", preferences.Count);
        counts.Set("pairs.heldout", heldOutPreferences.Count);
    }

    private static List<T> Read<T>(IReadOnlyList<DataFileOptions> files, Func<DataFileOptions, IEnumerable<T>> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        foreach (var file in files)
        {
            foreach (var row in read(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Holds out a seeded random share; both sides keep the order of the files.</summary>
    internal static (List<T> Train, List<T> HeldOut) Split<T>(List<T> rows, double heldOutFraction, SeededRandom random)
    {
        var heldOut = random.Permutation(rows.Count).Take((int)(rows.Count * heldOutFraction)).ToHashSet();
        return (
            [.. rows.Where((_, index) => !heldOut.Contains(index))],
            [.. rows.Where((_, index) => heldOut.Contains(index))]);
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

            ModelFolder.Check(folder);
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
