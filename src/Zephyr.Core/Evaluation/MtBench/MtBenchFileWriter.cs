using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>
/// Writes FastChat's files of answers and judgments. The same content gives the same bytes: an answer's id is a hash of the answer, and
/// <c>tstamp</c>, which no figure depends on, is 0. A file takes its place whole, or not at all.
/// </summary>
public static class MtBenchFileWriter
{
    private const int AnswerIdLength = 22;
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>model_answer/MODEL.jsonl</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="answers">The answers.</param>
    public static void WriteAnswers(string path, IEnumerable<MtBenchAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        Write(path, [], answers, static (json, answer) =>
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
        Write(path, others, judgments, static (json, row) =>
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
        });
    }

    private static string AnswerId(MtBenchAnswer answer)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes<string[]>([$"{answer.QuestionId}", answer.Model, .. answer.Turns]);
        return Convert.ToHexStringLower(SHA256.HashData(text))[..AnswerIdLength];
    }

    private static void Write<T>(string path, IEnumerable<ReadOnlyMemory<byte>> before, IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = path + ".part";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            foreach (var row in before)
            {
                file.Write(row.Span);
                file.WriteByte((byte)'\n');
            }

            foreach (var row in rows)
            {
                using (var json = new Utf8JsonWriter(file, s_plain))
                {
                    json.WriteStartObject();
                    write(json, row);
                    json.WriteNumber("tstamp", 0);
                    json.WriteEndObject();
                }

                file.WriteByte((byte)'\n');
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }
}
