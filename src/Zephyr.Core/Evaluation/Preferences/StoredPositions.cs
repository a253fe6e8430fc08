using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.AlpacaEval;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Evaluation.Preferences;

/// <summary>Position bias of stored judgments that were made in both orders.</summary>
/// <param name="Format">Whose format the judgments have.</param>
/// <param name="Unmatched">Judgments without one of the same answers in the other order.</param>
/// <param name="Undecided">Comparisons left out because the judge gave no verdict in one of the orders.</param>
/// <param name="Verdicts">The figures.</param>
public sealed record StoredPositions(JudgmentFormat Format, int Unmatched, int Undecided, PositionBias Verdicts)
{
    /// <summary>The bias of a judge that rated AlpacaEval's pairs in both orders, the first output shown first.</summary>
    /// <param name="original">Annotations of a model against the baseline.</param>
    /// <param name="swapped">Annotations of the same outputs with <c>output_1</c> and <c>output_2</c> exchanged.</param>
    /// <param name="seed">Seed of the bootstrap interval.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="DataFormatException">A row is no annotation; names line and column.</exception>
    /// <exception cref="ZephyrException">A file cannot be read, the second is not the first with its outputs exchanged, or nothing is judged in both.</exception>
    public static StoredPositions OfAnnotations(string original, string swapped, ulong seed)
    {
        var ours = AlpacaAnnotationFile.Read(original, AlpacaEvalVersion.Two);
        var theirs = AlpacaAnnotationFile.Read(swapped, AlpacaEvalVersion.Two);
        if (theirs[0].Baseline != ours[0].Model || theirs[0].Model != ours[0].Baseline)
        {
            throw new ZephyrException(
                $"{swapped}: these annotations show {theirs[0].Baseline} first and {theirs[0].Model} second, but those of {original} exchanged would show "
                + $"{ours[0].Model} first and {ours[0].Baseline} second; give annotations of the same outputs with output_1 and output_2 exchanged");
        }

        var exchanged = theirs.ToLookup(row => row.Instruction, StringComparer.Ordinal);
        var items = new List<SwappedVerdicts>();
        var (matched, undecided) = (0, 0);
        foreach (var group in ours.GroupBy(row => row.Instruction, StringComparer.Ordinal))
        {
            foreach (var (one, other) in group.Zip(exchanged[group.Key]))
            {
                matched++;
                if (one.Preference is { } first && other.Preference is { } second)
                {
                    items.Add(new SwappedVerdicts(Of(first), Of(second)));
                }
                else
                {
                    undecided++;
                }
            }
        }

        return items.Count > 0
            ? new StoredPositions(JudgmentFormat.AlpacaEval, ours.Count + theirs.Count - (2 * matched), undecided, PositionBias.Of(items, seed))
            : throw new ZephyrException($"{original} and {swapped} have no instruction with a preference in both; give annotations of the same outputs");
    }

    /// <summary>The bias of a judge in FastChat's pairwise judgments, which ask in both orders.</summary>
    /// <param name="path"><c>model_judgment/JUDGE_pair.jsonl</c>.</param>
    /// <param name="seed">Seed of the bootstrap interval.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="DataFormatException">A row is no pairwise judgment; names line and column.</exception>
    /// <exception cref="ZephyrException">The file cannot be read, or no comparison has two verdicts.</exception>
    public static StoredPositions OfPairJudgments(string path, ulong seed)
    {
        var rows = MtBenchPairJudgment.ReadFile(path);
        var items = rows.Select(row => row.Verdicts).OfType<SwappedVerdicts>().ToList();
        return items.Count > 0
            ? new StoredPositions(JudgmentFormat.MtBench, 0, rows.Count - items.Count, PositionBias.Of(items, seed))
            : throw new ZephyrException($"{path}: none of the {rows.Count} judgments has a verdict in both orders; judge the answers again");
    }

    /// <summary>The figures as JSON with snake_case keys, as <c>zephyr evaluate preferences --json</c> has them under <c>position</c>.</summary>
    /// <returns>A new object.</returns>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, EvaluationJsonContext.Default.StoredPositions)!.AsObject();

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The object.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static StoredPositions FromJson(JsonElement json) =>
        json.Deserialize(EvaluationJsonContext.Default.StoredPositions) ?? throw new JsonException("null in place of position figures");

    /// <summary>The verdict of a preference from 1 (the answer shown first) to 2.</summary>
    /// <param name="preference">The preference.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Of(double preference) => preference < 1.5 ? Verdict.First : preference > 1.5 ? Verdict.Second : Verdict.Tie;
}
