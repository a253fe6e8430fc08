using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Tokenizers;
using Zephyr.Core.World;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>Learns or takes the tokenizer, and turns conversations and pairs into token rows.</summary>
/// <param name="hasFeedback">Whether the experiment makes preferences of its own, which take the place of those that were brought.</param>
internal sealed class TokenizeStage(bool hasFeedback) : IStage
{
    /// <inheritdoc/>
    public string Name => StageFiles.Tokenize;

    /// <inheritdoc/>
    public int Version => 3;

    /// <inheritdoc/>
    public IReadOnlyList<string> DependsOn { get; } = hasFeedback ? [StageFiles.Download, StageFiles.Feedback] : [StageFiles.Download];

    /// <inheritdoc/>
    public IReadOnlyList<string> Settings { get; } = ["tokenize", "tokenizer", "data.source"];

    /// <inheritdoc/>
    public Task RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var tokenizer = MakeTokenizer(context);
        var folder = Directory.CreateDirectory(Path.Combine(context.Output, StageFiles.Tokenizer)).FullName;
        tokenizer.Save(folder);
        var settings = context.Settings.Tokenizer;
        if (ChatFormats.Source(settings, BaseModel(context)) is { } template)
        {
            ExportedChatTemplate.Write(folder, template, tokenizer, settings.InsertEmptySystem);
        }
        else if (settings.InsertEmptySystem)
        {
            ExportedChatTemplate.Write(folder, ChatTemplateSource.Of(ChatFormats.Zephyr, ChatTemplates.Zephyr), tokenizer, insertEmptySystem: true);
        }

        var rows = new RowTokenizer(ChatFormats.Create(settings, tokenizer, folder), context.Settings.Tokenize);
        var counts = new StageCounts(context);
        counts.Set("vocabulary", tokenizer.VocabSize);
        foreach (var (file, output, name) in new[] { (WorldFiles.Sft, StageFiles.SftRows, "sft"), (WorldFiles.HeldOutSft, StageFiles.HeldOutSftRows, "sft.heldout") })
        {
            context.Reporter.Begin($"tokenizing {name}", 0);
            var report = new TokenizeReport();
            rows.Write(ConversationReader.Read(Messages(context, file), report.Drops), Path.Combine(context.Output, output), report, cancellationToken);
            Record(counts, name, report);
            counts.Set($"{name}.truncated", report.TruncatedRows);
        }

        foreach (var (file, output, name) in new[]
        {
            (WorldFiles.Preferences, StageFiles.PreferenceRows, "pairs"),
            (WorldFiles.HeldOutPreferences, StageFiles.HeldOutPreferenceRows, "pairs.heldout"),
        })
        {
            context.Reporter.Begin($"tokenizing {name}", 0);
            var report = new TokenizeReport();
            var sources = rows.Write(PreferenceReader.Read(Pairs(context, file), report.Drops), Path.Combine(context.Output, output), report, cancellationToken);
            Record(counts, name, report);
            counts.Set($"{name}.truncated_prompts", report.TruncatedPrompts);
            counts.Set($"{name}.truncated_answers", report.TruncatedAnswers);
            if (output == StageFiles.HeldOutPreferenceRows)
            {
                SourceLines.Write(Path.Combine(context.Output, StageFiles.HeldOutSources), sources);
            }
        }

        counts.Write();
        return Task.CompletedTask;
    }

    private static Tokenizer MakeTokenizer(StageContext context)
    {
        var options = context.Settings.Tokenizer;
        switch (options.Source)
        {
            case "train":
                context.Reporter.Begin("learning the vocabulary", 0);
                var texts = ConversationReader.Read(Messages(context, WorldFiles.Sft), new DropCounts())
                    .SelectMany(PlainTexts(context))
                    .Concat(PreferenceReader.Read(Pairs(context, WorldFiles.Preferences), new DropCounts()).SelectMany(pair => new[] { pair.Chosen, pair.Rejected }));
                var learnt = BpeTrainer.Train(texts, options.VocabSize);
                return learnt.VocabSize == options.VocabSize ? learnt : throw new ZephyrException(
                    $"The training texts give only {learnt.VocabSize} pieces, but tokenizer.vocab_size asks for {options.VocabSize}. Set it to {learnt.VocabSize} or less.");
            case "model":
                return Tokenizer.Load(BaseModel(context));
            case var source when RemoteSource.IsRemote(source):
                return Tokenizer.Load(Path.Combine(context.Input(StageFiles.Download), StageFiles.SourceTokenizer));
            default:
                return Tokenizer.Load(options.Source);
        }
    }

    /// <summary>The texts that a vocabulary is learnt from, when there is no tokenizer yet.</summary>
    private static Func<Conversation, IEnumerable<string>> PlainTexts(StageContext context)
    {
        var options = context.Settings.Tokenizer;
        if (ChatFormats.Source(options, BaseModel(context)) is not { } source)
        {
            return conversation => ChatRenderer.PlainTexts(options, conversation);
        }

        var tokens = BpeTrainer.SpecialTokens;
        var template = new ConversationTemplate(source with { SpecialTokens = tokens }, tokens.Values, options.InsertEmptySystem, ChatFormats.Rendering(options));
        return conversation => TemplateChatFormat.PlainTexts(template, conversation);
    }

    private static string BaseModel(StageContext context) => Path.Combine(context.Input(StageFiles.Download), StageFiles.BaseModel);

    private static DataFileOptions Messages(StageContext context, string file) => new() { Path = Data(context, file), Format = RowFormat.Messages };

    private static DataFileOptions Pairs(StageContext context, string file) => new()
    {
        Path = Data(context, file),
        Format = RowFormat.Preference,

        // The sources of the world are its skills.
        Columns = context.Settings.Data.Source == DataSource.World && Made(context, file) is null ? new ColumnNames { Source = "skill" } : new ColumnNames(),
    };

    // What feedback has made takes the place of what download has brought.
    private static string Data(StageContext context, string file) =>
        Made(context, file) ?? Path.Combine(context.Input(StageFiles.Download), StageFiles.Data, file);

    private static string? Made(StageContext context, string file) =>
        context.Has(StageFiles.Feedback) && Path.Combine(context.Input(StageFiles.Feedback), StageFiles.Data, file) is var made && File.Exists(made) ? made : null;

    private static void Record(StageCounts counts, string name, TokenizeReport report)
    {
        counts.Set(name, report.Rows);
        counts.Set($"{name}.tokens", report.Tokens);
        counts.Drops(name, report.Drops);
    }
}
