using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>How far two files of stored judgments agree on the same answers.</summary>
/// <param name="Format">Whose format both have.</param>
/// <param name="OnlyFirst">Judgments of the first file whose answer the second does not judge, or not as often.</param>
/// <param name="OnlySecond">The same of the second file.</param>
/// <param name="Unrated">Answers left out because one of the judges gave no rating.</param>
/// <param name="Ratings">
/// The figures. Ratings of MT-Bench are compared as they are; verdicts of AlpacaEval as 0 (the baseline won), 1 (a draw) and 2 (the model won),
/// weighted preferences rounded to the nearer side.
/// </param>
public sealed record StoredAgreement(JudgmentFormat Format, int OnlyFirst, int OnlySecond, int Unrated, RaterAgreement Ratings)
{
    /// <summary>
    /// Compares two files. Where an answer is judged more than once, the first judgment of one file is compared with the first of the
    /// other, the second with the second.
    /// </summary>
    /// <param name="first">A file of FastChat's single-answer judgments, or of AlpacaEval's annotations.</param>
    /// <param name="second">A file of the same format.</param>
    /// <param name="model">Whose answers to take of MT-Bench; null for all.</param>
    /// <param name="seed">Seed of the bootstrap intervals.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="DataFormatException">A row is no judgment; names line and column.</exception>
    /// <exception cref="ZephyrException">A file cannot be read, the formats differ, or no answer is rated in both.</exception>
    public static StoredAgreement Of(string first, string second, string? model, ulong seed)
    {
        var format = JudgmentFormats.Of(first);
        if (JudgmentFormats.Of(second) != format)
        {
            throw new ZephyrException($"{second}: this file is not of the format of {first}; both must be FastChat's judgments, or both AlpacaEval's annotations");
        }

        var (ours, theirs) = (Read(first, format, model), Read(second, format, model));
        var matching = ours.ToLookup(rating => rating.Key, StringComparer.Ordinal);
        var clusters = new Dictionary<string, int>(StringComparer.Ordinal);
        var items = new List<RatedTwice>();
        var (matched, unrated) = (0, 0);
        foreach (var group in theirs.GroupBy(rating => rating.Key, StringComparer.Ordinal))
        {
            foreach (var (one, other) in matching[group.Key].Zip(group))
            {
                matched++;
                if (one.Value is { } a && other.Value is { } b)
                {
                    clusters.TryAdd(one.Cluster, clusters.Count);
                    items.Add(new RatedTwice(clusters[one.Cluster], a, b));
                }
                else
                {
                    unrated++;
                }
            }
        }

        return items.Count > 0
            ? new StoredAgreement(format, ours.Count - matched, theirs.Count - matched, unrated, RaterAgreement.Of(items, seed))
            : throw new ZephyrException($"{first} and {second} have no rated answer in common{(model is null ? "" : $" by {model}")}; give judgments of the same models and questions");
    }

    /// <summary>The figures as JSON with snake_case keys, as <c>zephyr evaluate preferences --json</c> has them under <c>agreement</c>.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, EvaluationJsonContext.Default.StoredAgreement)!.AsObject();

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static StoredAgreement FromJson(JsonElement json) =>
        json.Deserialize(EvaluationJsonContext.Default.StoredAgreement) ?? throw new JsonException("null in place of an agreement");

    private static IReadOnlyList<Rating> Read(string path, JudgmentFormat format, string? model) => format switch
    {
        JudgmentFormat.MtBench =>
            [.. MtBenchJudgment.ReadFile(path).Where(row => model is null || row.Model == model).Select(row => new Rating(
                string.Create(CultureInfo.InvariantCulture, $"{row.QuestionId}/{row.Turn}/{row.Model}"),
                row.QuestionId.ToString(CultureInfo.InvariantCulture),
                row.Score == JudgeRating.None ? null : row.Score))],
        _ =>
            [.. AlpacaAnnotationFile.Read(path, AlpacaEvalVersion.Two).Select(row => new Rating(
                $"{row.Baseline}\n{row.Model}\n{row.Instruction}",
                row.Instruction,
                row.Preference is { } preference ? 1 + Math.Sign(preference - 1.5) : null))],
    };

    private sealed record Rating(string Key, string Cluster, double? Value);
}
