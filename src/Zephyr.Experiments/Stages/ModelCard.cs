using System.Globalization;
using System.Text;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Stages;

/// <summary>What a model card tells of the training.</summary>
/// <param name="Title">Heading, such as <c>dDPO model</c>.</param>
/// <param name="Section">Section of the experiment with the settings of the training: <c>dsft</c>, <c>dsft2</c> or <c>ddpo</c>.</param>
/// <param name="Tags">Tags for the hub.</param>
/// <param name="Method">The method in a few words.</param>
internal sealed record ModelCardSubject(string Title, string Section, IReadOnlyList<string> Tags, string Method)
{
    /// <summary>A model after dSFT.</summary>
    public static readonly ModelCardSubject Dsft = new("dSFT model", "dsft", ["zephyr", "sft"], "distilled supervised fine-tuning of the base model");

    /// <summary>A model after a second round of dSFT.</summary>
    public static readonly ModelCardSubject Dsft2 = new(
        "dSFT-2 model", "dsft2", ["zephyr", "sft"], "supervised fine-tuning of the dSFT model on the chosen answers of the preference pairs, an ablation");

    /// <summary>A model after dDPO.</summary>
    public static readonly ModelCardSubject Ddpo = new(
        "dDPO model", "ddpo", ["zephyr", "dpo"], "distilled direct preference optimisation of the dSFT model");

    /// <summary>The model of the ablation.</summary>
    public static readonly ModelCardSubject DdpoWithoutDsft = new(
        "dDPO model without dSFT", "ddpo", ["zephyr", "dpo"], "distilled direct preference optimisation straight from the base model, an ablation");
}

/// <summary>
/// The card of a trained model (<c>README.md</c>): where it comes from, its settings and its figures, in the form the hub reads. Nothing
/// in it depends on the clock, the machine or the experiment's name, so that the same training gives the same bytes.
/// </summary>
internal static class ModelCard
{
    private const string FileName = "README.md";

    /// <summary>Writes the card into the folder of a model.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="subject">Which model it is.</param>
    /// <param name="context">The stage that trained it, which reads the section and depends on <c>download</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="summary">Figures of the training.</param>
    public static void Write(string folder, ModelCardSubject subject, StageContext context, DecoderModel model, TrainingSummary summary)
    {
        var sources = SourceRecord.Read(context.Input(StageFiles.Download));
        var text = new StringBuilder();
        FrontMatter(text, subject, sources);
        text.Append($"# {subject.Title}\n\nMade by {subject.Method}, after the Zephyr recipe ([arXiv 2310.16944](https://arxiv.org/abs/2310.16944)).\n\n");
        Table(text, "what", "value", Facts(sources, context, model, summary));
        text.Append("\n## Figures\n\n");
        Table(text, "figure", "value", FiguresOf(summary));
        text.Append("\n## Settings\n\n");
        Table(text, "setting", "value", Settings(context, subject.Section));
        text.Append("\n## Use\n\nThe chat template is in `tokenizer_config.json`; `tokenizer.apply_chat_template(messages, add_generation_prompt=True)` renders a prompt. The terms of the base model and of the data apply to this model too.\n");
        File.WriteAllText(Path.Combine(folder, FileName), text.ToString());
    }

    private static void FrontMatter(StringBuilder text, ModelCardSubject subject, IReadOnlyList<KeyValuePair<string, string>> sources)
    {
        text.Append("---\nlibrary_name: transformers\npipeline_tag: text-generation\n");
        var repositories = sources.Select(static source => (source.Key, Reference: HubReference.TryParse(source.Value, out var reference, out _) ? reference : null)).ToList();
        if (repositories.FirstOrDefault(static source => source.Key == "model.source").Reference is { } model)
        {
            text.Append($"base_model: {model.Id}\n");
        }

        List(text, "datasets", [.. repositories.Select(static source => source.Reference).OfType<HubReference>()
            .Where(static reference => reference.Kind == HubRepositoryKind.Dataset).Select(static reference => reference.Id).Distinct(StringComparer.Ordinal)]);
        List(text, "tags", subject.Tags);
        text.Append("---\n\n");
    }

    // Names of repositories and tags hold letters, digits, '-', '_', '.' and '/' alone, which YAML takes as text when quoted.
    private static void List(StringBuilder text, string key, IReadOnlyList<string> items)
    {
        if (items.Count > 0)
        {
            text.Append($"{key}:\n").AppendJoin("", items.Select(static item => $"- \"{item}\"\n"));
        }
    }

    private static IEnumerable<(string, string)> Facts(
        IReadOnlyList<KeyValuePair<string, string>> sources, StageContext context, DecoderModel model, TrainingSummary summary)
    {
        var data = sources.Where(static source => source.Key.StartsWith("data.", StringComparison.Ordinal)).Select(static source => $"`{source.Value}`").ToList();
        yield return ("base model", sources.FirstOrDefault(static source => source.Key == "model.source").Value is { } address ? $"`{address}`" : "not from a hub");
        yield return ("training data", data.Count > 0 ? string.Join(", ", data) : "not from a hub");
        yield return ("weights", $"{model.Configuration.ParameterCount.ToString("N0", CultureInfo.InvariantCulture)} in {SettingShapeReader.SnakeCase(model.ComputeType.ToString())}");
        yield return ("optimizer steps", $"{summary.Steps}");
        yield return ("tokens trained on", summary.Tokens.ToString("N0", CultureInfo.InvariantCulture));
        yield return ("seed", $"{context.Seed}");
    }

    private static IEnumerable<(string, string)> FiguresOf(TrainingSummary summary)
    {
        if (summary.History.Count > 0)
        {
            yield return ("loss of the last training step", Number(summary.History[^1]["loss"]));
        }

        foreach (var (name, value) in summary.Evaluation)
        {
            yield return ($"{name}, held-out rows", Number(value));
        }
    }

    private static IEnumerable<(string, string)> Settings(StageContext context, string section) => context.Resolved.Find(section)!.Leaves()
        .Where(static leaf => leaf.Property is not { IsExecution: true })
        .Select(static leaf => ($"`{leaf.Key}`", leaf is ResolvedValue value ? value.Text : leaf.ToJson()?.ToJsonString() ?? "null"));

    private static void Table(StringBuilder text, string first, string second, IEnumerable<(string Name, string Value)> rows)
    {
        text.Append($"| {first} | {second} |\n| :-- | :-- |\n");
        foreach (var (name, value) in rows)
        {
            text.Append($"| {Cell(name)} | {Cell(value)} |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
