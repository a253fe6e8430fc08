using System.Globalization;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Models;
using Zephyr.Core.Training;
using Zephyr.Experiments.Feedback;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Slurm;

namespace Zephyr.Experiments.Configuration;

/// <summary>Rules that hold between settings. Each message names every setting it is about.</summary>
public static class ExperimentRules
{
    /// <summary>Checks an experiment whose single values are all sound.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="resolved">The same with their origins.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static void Check(ExperimentSettings settings, ResolvedSection resolved, List<ConfigurationProblem> problems)
    {
        void Refuse(bool wrong, string key, string message)
        {
            if (wrong)
            {
                problems.Add(new ConfigurationProblem(Origin(resolved, key), key, message));
            }
        }

        var model = settings.Model;
        var random = model.Source == "random";
        Refuse(random && model.Architecture is null, "model.architecture", "is missing: model.source is random, so the shape must be given");
        Refuse(random && model.Architecture?.VocabSize is not null, "model.architecture.vocab_size", "must be left out: a randomly started model has the vocabulary of tokenizer.vocab_size");
        Refuse(random && settings.Tokenizer.Source == "model", "tokenizer.source", "cannot be model while model.source is random: use train, or a tokenizer.json");

        Refuse(random && settings.Tokenizer.ChatTemplate == ChatFormats.Model, "tokenizer.chat_template", "cannot be model while model.source is random: use zephyr, or a file with a template");
        Refuse(
            settings.Tokenizer.TemplateDate is { } date && !DateTime.TryParseExact(date, ChatFormats.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "tokenizer.template_date",
            $"must be a date such as 2024-07-26 (is {settings.Tokenizer.TemplateDate})");

        var files = settings.Data.Source == DataSource.Files;
        var feedback = settings.Feedback;
        Refuse(files && settings.Data.Sft.Count == 0 && feedback is not { Sft: SftSource.Best, Prompts.Count: > 0 }, "data.sft", "is empty: data.source is files");
        Refuse(files && settings.Data.Preferences.Count == 0 && feedback is null, "data.preferences", "is empty: data.source is files");
        Refuse(files && settings.Data.Preferences.Count > 0 && feedback is not null, "data.preferences", "must be left out: the section feedback makes the preferences");
        FeedbackRules.Check(settings, Refuse);
        JudgingRules.Check(settings, Refuse);
        Refuse(!files && settings.Data.Sft.Count > 0, "data.sft", "must be left out: data.source is world");
        Refuse(!files && settings.Data.Preferences.Count > 0, "data.preferences", "must be left out: data.source is world");
        Refuse(files && settings.Evaluate.Judge == JudgeKind.Rubric, "evaluate.judge", "cannot be rubric while data.source is files: use none");

        foreach (var (key, sources) in new[] { ("data.sft", settings.Data.Sft), ("data.preferences", settings.Data.Preferences) })
        {
            Refuse(sources.Any(source => source is { Split: DataSplit.Test, Fraction: < 1 }), key, "has a source with split: test and a fraction: test sets are taken whole");
            Refuse(sources.Count > 0 && sources.All(source => source.Split == DataSplit.Test), key, "has test sources only: there is nothing to train on");
        }

        var tokenize = settings.Tokenize;
        Refuse(
            tokenize.MaxPromptLength >= tokenize.MaxPreferenceLength,
            "tokenize.max_prompt_length",
            $"must be below tokenize.max_preference_length ({tokenize.MaxPreferenceLength}), so that a completion fits (is {tokenize.MaxPromptLength})");
        Refuse(
            settings.Dsft.Packing != PackingMode.Wrapped && settings.Dsft.SequenceLength < tokenize.MaxLength,
            "dsft.sequence_length",
            $"must be at least tokenize.max_length ({tokenize.MaxLength}) unless dsft.packing is wrapped (is {settings.Dsft.SequenceLength})");
        Refuse(
            settings.Dsft2 is { } again && again.Packing != PackingMode.Wrapped && again.SequenceLength < tokenize.MaxPreferenceLength,
            "dsft2.sequence_length",
            $"must be at least tokenize.max_preference_length ({tokenize.MaxPreferenceLength}) unless dsft2.packing is wrapped (is {settings.Dsft2?.SequenceLength})");
        foreach (var (key, lora) in new[] { ("dsft.lora", settings.Dsft.Lora), ("dsft2.lora", settings.Dsft2?.Lora), ("ddpo.lora", settings.Ddpo.Lora) })
        {
            Refuse(lora is { TargetModules.Count: 0 }, $"{key}.target_modules", "is empty: name at least one projection, or leave it out for all seven");
        }

        Refuse(
            settings.Ddpo.Lora is { Dropout: not 0 },
            "ddpo.lora.dropout",
            $"must be 0: policy and reference are scored alike, without dropout, as TRL does (is {settings.Ddpo.Lora?.Dropout})");

        var quantized = model.Quantization != WeightQuantization.None;
        Refuse(quantized && settings.Dsft.Lora is null, "dsft.lora", "is missing: model.quantization is nf4, and weights in 4 bits cannot be trained; set it, or model.quantization to none");
        Refuse(quantized && settings.Dsft2 is { Lora: null }, "dsft2.lora", "is missing: model.quantization is nf4, and weights in 4 bits cannot be trained; set it, or model.quantization to none");
        Refuse(quantized && settings.Ddpo.Lora is null, "ddpo.lora", "is missing: model.quantization is nf4, and weights in 4 bits cannot be trained; set it, or model.quantization to none");
        Refuse(!quantized && model.DoubleQuantization, "model.double_quantization", "must be false while model.quantization is none");

        if (model.Architecture is { } shape)
        {
            Refuse(
                shape.HiddenSize % shape.NumAttentionHeads != 0 || shape.HiddenSize / shape.NumAttentionHeads % 2 != 0,
                "model.architecture.hidden_size",
                $"must be an even multiple of model.architecture.num_attention_heads ({shape.NumAttentionHeads}): rotary embedding turns pairs (is {shape.HiddenSize})");
            Refuse(
                shape.NumAttentionHeads % shape.NumKeyValueHeads != 0,
                "model.architecture.num_key_value_heads",
                $"must divide model.architecture.num_attention_heads ({shape.NumAttentionHeads}) (is {shape.NumKeyValueHeads})");
            foreach (var (key, length) in new[]
            {
                ("dsft.sequence_length", settings.Dsft.SequenceLength),
                ("dsft2.sequence_length", settings.Dsft2?.SequenceLength ?? 0),
                ("tokenize.max_preference_length", tokenize.MaxPreferenceLength),
            })
            {
                Refuse(
                    length > shape.MaxPositionEmbeddings,
                    key,
                    $"must be at most model.architecture.max_position_embeddings ({shape.MaxPositionEmbeddings}) (is {length})");
            }
        }

        SlurmRules.Check(settings.Executor, settings.Reproducibility == Reproducibility.Strict, Refuse);
        foreach (var leaf in resolved.Leaves().OfType<ResolvedValue>())
        {
            if (leaf is { Property.IsPath: true, Value: string path } && !RemoteSource.IsRemote(path)
                && !leaf.Property.PathKeywords.Contains(path, StringComparer.Ordinal) && !Path.Exists(path))
            {
                problems.Add(new ConfigurationProblem(leaf.Origin, leaf.Key, $"there is no file or folder {path}"));
            }
        }
    }

    // A default has no place of its own: point at the nearest section that was written.
    private static SettingOrigin Origin(ResolvedSection root, string key)
    {
        for (var name = key; name.Length > 0; name = name[..Math.Max(0, name.LastIndexOf('.'))])
        {
            if (root.Find(name) is { } setting && setting.Origin != SettingOrigin.Default)
            {
                return setting.Origin;
            }
        }

        return root.Origin;
    }
}
