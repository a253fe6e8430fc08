using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Evaluation;

/// <summary>Reads and writes the files of the evaluate stage: <c>evaluation.json</c> and <c>answers.jsonl</c>, UTF-8, snake_case keys, LF.</summary>
public static class EvaluationJson
{
    private static readonly EvaluationJsonContext Indented = new(new JsonSerializerOptions(EvaluationJsonContext.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private static readonly EvaluationJsonContext Lines = new(new JsonSerializerOptions(EvaluationJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The text of <c>evaluation.json</c>.</summary>
    /// <param name="results">The figures.</param>
    /// <returns>Indented JSON, the same bytes for the same figures.</returns>
    public static string Serialize(EvaluationResults results) =>
        JsonSerializer.Serialize(results, Indented.EvaluationResults) + "\n";

    /// <summary>Reads the text of <c>evaluation.json</c>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">Where it came from, for the error message.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ZephyrException">The text is not such a file.</exception>
    public static EvaluationResults Deserialize(string json, string file)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Indented.EvaluationResults)
                ?? throw new ZephyrException($"{file} holds null in place of evaluation figures; run the evaluate stage again.");
        }
        catch (JsonException error)
        {
            throw new ZephyrException($"{file}:{error.LineNumber + 1}:{error.BytePositionInLine + 1}: not an evaluation file ({error.Message}); run the evaluate stage again.", error);
        }
    }

    /// <summary>Writes answers as JSON lines.</summary>
    /// <param name="path">File to create or replace.</param>
    /// <param name="answers">The answers, in file order.</param>
    public static void WriteAnswers(string path, IEnumerable<JudgedAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        foreach (var answer in answers)
        {
            writer.WriteLine(JsonSerializer.Serialize(answer, Lines.JudgedAnswer));
        }
    }

    /// <summary>Reads answers written by <see cref="WriteAnswers"/>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The answers in file order.</returns>
    /// <exception cref="ZephyrException">A line is not a judged answer; the message names file, line and column.</exception>
    public static IReadOnlyList<JudgedAnswer> ReadAnswers(string path)
    {
        var answers = new List<JudgedAnswer>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            try
            {
                answers.Add(JsonSerializer.Deserialize(line, Lines.JudgedAnswer)
                    ?? throw new ZephyrException($"{path}:{number}:1: null in place of an answer; run the evaluate stage again."));
            }
            catch (JsonException error)
            {
                throw new ZephyrException($"{path}:{number}:{error.BytePositionInLine + 1}: not a judged answer ({error.Message}); run the evaluate stage again.", error);
            }
        }

        return answers;
    }
}

/// <summary>Source-generated JSON of the evaluation records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(SnakeCaseEnumConverter<LengthUnit>), typeof(SnakeCaseEnumConverter<JudgmentFormat>)],
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EvaluationResults))]
[JsonSerializable(typeof(JudgedAnswer))]
[JsonSerializable(typeof(PreferenceEvaluation))]
[JsonSerializable(typeof(StoredAgreement))]
[JsonSerializable(typeof(StoredPositions))]
internal sealed partial class EvaluationJsonContext : JsonSerializerContext;

/// <summary>Writes the values of an enumeration as other keys are written: <c>alpaca_eval</c>.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
