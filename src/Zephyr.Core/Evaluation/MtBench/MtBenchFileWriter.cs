using System.Security.Cryptography;
using System.Text.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>
/// Writes FastChat's files of answers and judgments. The same content gives the same bytes: an answer's id is a hash of the answer, and
/// <c>tstamp</c>, which no figure depends on, is 0. A file takes its place whole, or not at all.
/// </summary>
public static class MtBenchFileWriter
{
    private const int AnswerIdLength = 22;

    /// <summary>Writes <c>model_answer/MODEL.jsonl</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="answers">The answers.</param>
    public static void WriteAnswers(string path, IEnumerable<MtBenchAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        BenchmarkFile.WriteLines(path, [], answers, static (json, answer) =>
        {
            json.WriteNumber("question_id", answer.QuestionId);
            json.WriteString("answer_id", AnswerId(answer));
            json.WriteString("model_id", answer.Model);
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartArray("turns");
            foreach (var turn in answer.Turns)
            {
                json.WriteStringValue(turn);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteNumber("tstamp", 0);
        });
    }

    /// <summary>Writes <c>model_judgment/JUDGE_single.jsonl</c>. What the file holds of other models and judges stays in front, as it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Whose judgments they are; those that the file has are replaced.</param>
    /// <param name="judge">Who judged.</param>
    /// <param name="judgments">The judgments.</param>
    /// <exception cref="Data.DataFormatException">There is such a file, and it is not one of judgments; names line and column.</exception>
    public static void WriteJudgments(string path, string model, string judge, IEnumerable<GradedTurn> judgments)
    {
        ArgumentNullException.ThrowIfNull(judgments);
        var others = File.Exists(path) ? MtBenchJudgment.ReadRowsOfOthers(path, model, judge) : [];
        BenchmarkFile.WriteLines(path, others, judgments, static (json, row) =>
        {
            json.WriteNumber("question_id", row.QuestionId);
            json.WriteString("model", row.Model);
            json.WriteStartArray("judge");
            json.WriteStringValue(row.Judge);
            json.WriteStringValue(row.Prompt.Name);
            json.WriteEndArray();
            json.WriteString("user_prompt", row.Prompt.User);
            json.WriteString("judgment", row.Judgment);
            json.WriteNumber("score", row.Score);
            json.WriteNumber("turn", row.Turn);
            json.WriteNumber("tstamp", 0);
        });
    }

    private static string AnswerId(MtBenchAnswer answer)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes<string[]>([$"{answer.QuestionId}", answer.Model, .. answer.Turns]);
        return Convert.ToHexStringLower(SHA256.HashData(text))[..AnswerIdLength];
    }
}
