using System.Text.Json.Nodes;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// Writes the files of tatsu-lab/alpaca_eval: lists of rows, a row a line. The same content gives the same bytes: neither times nor prices, which
/// are those of one run, are written. A file takes its place whole, or not at all.
/// </summary>
public static class AlpacaFileWriter
{
    /// <summary>Writes <c>model_outputs.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="outputs">The answers.</param>
    public static void WriteOutputs(string path, IEnumerable<AlpacaOutput> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        BenchmarkFile.WriteList(path, outputs, static (json, output) =>
        {
            if (output.Dataset is not null)
            {
                json.WriteString("dataset", output.Dataset);
            }

            json.WriteString("instruction", output.Instruction);
            json.WriteString("output", output.Output);
            json.WriteString("generator", output.Generator);
        });
    }

    /// <summary>Writes <c>annotations.json</c>. What the judge wrote is the row's <c>raw_completion</c>, in the form that alpaca_eval can parse again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="judgments">The judgments.</param>
    public static void WriteAnnotations(string path, IEnumerable<AlpacaJudgment> judgments)
    {
        ArgumentNullException.ThrowIfNull(judgments);
        BenchmarkFile.WriteList(path, judgments, static (json, row) =>
        {
            json.WriteString("instruction", row.Baseline.Instruction);
            json.WriteString("output_1", row.Baseline.Output);
            json.WriteString("generator_1", row.Baseline.Generator);
            if (row.Baseline.Dataset is not null)
            {
                json.WriteString("dataset", row.Baseline.Dataset);
            }

            json.WriteString("output_2", row.Model.Output);
            json.WriteString("generator_2", row.Model.Generator);
            json.WriteString("annotator", row.Annotator);
            if (row.Preference is { } preference)
            {
                json.WriteNumber("preference", preference);
            }
            else
            {
                json.WriteNull("preference");
            }

            if (row.Likeliest.Count > 0)
            {
                json.WritePropertyName("raw_completion");
                Completion(row).WriteTo(json);
            }
            else
            {
                json.WriteString("raw_completion", row.Reply);
            }
        });
    }

    private static JsonObject Completion(AlpacaJudgment row)
    {
        var top = new JsonArray([.. row.Likeliest.Select(static entry => new JsonObject { ["token"] = entry.Token, ["logprob"] = entry.LogProb })]);
        return new JsonObject { ["text"] = row.Reply, ["logprobs"] = new JsonObject { ["content"] = new JsonArray(new JsonObject { ["token"] = row.Reply, ["top_logprobs"] = top }) } };
    }
}
