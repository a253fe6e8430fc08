using System.Globalization;
using Zephyr.Core;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Experiments.Configuration;

namespace Zephyr.Experiments.Judging.AlpacaEval;

/// <summary>An evaluator of alpaca_eval: what the judge is asked, how it answers, and how that is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Model">The judge that it was made for.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="MaxTokens">Longest reply in tokens.</param>
/// <param name="Temperature">Temperature of the judge; null for its own.</param>
/// <param name="Tokens">Reads the preference from probabilities of tokens; null where it is read from a ranking.</param>
/// <param name="TopLogprobs">How many of the likeliest tokens it asks for.</param>
internal sealed record AlpacaEvaluator(string Name, string Model, PairPrompt Prompt, int MaxTokens, double? Temperature, TokenPreference? Tokens, int TopLogprobs)
{
    private const int LongestReply = 1 << 20;
    private const int MostTokens = 20;

    /// <summary>The version of AlpacaEval: only that of 2.0 has preferences between the two answers.</summary>
    public AlpacaEvalVersion Version => Tokens is { IsBinary: false } ? AlpacaEvalVersion.Two : AlpacaEvalVersion.One;

    /// <summary>Reads an evaluator.</summary>
    /// <param name="folder">The folder of evaluators.</param>
    /// <param name="evaluator">Name of the evaluator's folder.</param>
    /// <returns>The evaluator.</returns>
    /// <exception cref="ZephyrException">It is not there, or cannot be used; names the file and the place.</exception>
    public static AlpacaEvaluator Read(string folder, string evaluator)
    {
        var path = Path.Combine(folder, evaluator, "configs.yaml");
        if (!File.Exists(path))
        {
            var folders = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
            var names = folders.Where(static found => File.Exists(Path.Combine(found, "configs.yaml"))).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
            throw new ZephyrException($"There is no evaluator at {path}. {(names.Count > 0 ? $"There are: {string.Join(", ", names)}." : "Name alpaca_eval's folder of evaluators (evaluators).")}");
        }

        var problems = new List<ConfigurationProblem>();
        var root = YamlSettingReader.Read(File.ReadAllText(path), path, Path.GetDirectoryName(path)!, problems);
        if (problems.Count > 0)
        {
            throw new ZephyrException(string.Join('\n', problems));
        }

        if (root is not SettingMap { Entries: [{ Value: SettingMap values } entry] })
        {
            throw new ZephyrException($"{path}:1:1: an evaluator is one section under its name");
        }

        return Read(new Fields(path, values), entry.Key, folder);
    }

    private static AlpacaEvaluator Read(Fields fields, string name, string folder)
    {
        var (root, sampling) = (Path.GetFullPath(folder), fields.Section("completions_kwargs"));
        fields.Refuse(fields.Find("batch_size") is { } batch && fields.Whole("batch_size", 1, int.MaxValue) != 1, "batch_size", "must be 1: several comparisons in one prompt are not supported");
        var template = Path.GetFullPath(Path.Combine(root, fields.Text("prompt_template")));
        fields.Refuse(!template.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal), "prompt_template", "leads out of the folder of evaluators");
        var parser = fields.Text("fn_completion_parser");
        fields.Refuse(parser is not ("ranking_parser" or "logprob_parser"), "fn_completion_parser", $"must be ranking_parser or logprob_parser; {parser} is not supported");
        TokenPreference? tokens = null;
        var top = 0;
        if (parser == "logprob_parser")
        {
            var reading = fields.Section("completion_parser_kwargs");
            tokens = new TokenPreference(reading.Text("numerator_token"), reading.Texts("denominator_tokens"), reading.Find("is_binarize") is null || reading.Flag("is_binarize"));
            top = sampling.Whole("top_logprobs", 1, MostTokens);
        }

        return new AlpacaEvaluator(
            name, sampling.Text("model_name"), PairPrompt.ReadFile(template), sampling.Whole("max_tokens", 1, LongestReply),
            sampling.Find("temperature") is null ? null : sampling.Number("temperature", 0, 10), tokens, top);
    }

    /// <summary>A section of the file, whose faults are told with their place.</summary>
    private sealed class Fields(string path, SettingMap map)
    {
        public SettingNode? Find(string key) => map.Find(key)?.Value;

        public Fields Section(string key) => Find(key) is SettingMap section ? new Fields(path, section) : throw Fault(key, "must be a section");

        public string Text(string key) => Find(key) is SettingScalar { Text.Length: > 0 } scalar ? scalar.Text : throw Fault(key, "must be a text");

        public bool Flag(string key) => Text(key).ToLowerInvariant() switch
        {
            "true" => true,
            "false" => false,
            _ => throw Fault(key, "must be true or false"),
        };

        public int Whole(string key, int least, int most) =>
            int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Fault(key, $"must be a whole number from {least} to {most}");

        public double Number(string key, double least, double most) =>
            double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Fault(key, $"must be a number from {least} to {most}");

        public IReadOnlyList<string> Texts(string key) => Find(key) is SettingList { Items.Count: > 0 } list && list.Items.All(static item => item is SettingScalar)
            ? [.. list.Items.Cast<SettingScalar>().Select(static item => item.Text)]
            : throw Fault(key, "must be a list of texts");

        public void Refuse(bool wrong, string key, string message)
        {
            if (wrong)
            {
                throw Fault(key, message);
            }
        }

        private ZephyrException Fault(string key, string message) =>
            new(map.Find(key) is { } entry ? $"{entry.Value.Origin}: {key}: {message}" : $"{map.Origin}: {key} is missing: it {message}");
    }
}
