using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// What the judgments in AlpacaEval's <c>df_gamed.csv</c> (the baseline told to be concise and verbose, 805 rows each) say to the
/// length-controlled regression. A logistic likelihood takes judgments y of rows x through the sums of y x alone.
/// </summary>
/// <param name="LengthSum">Sum of y times tanh of the standardized length difference.</param>
/// <param name="DifficultySum">Sum of y times the difficulty of the instruction.</param>
/// <param name="RowWeight">Weight of one such row, where a row of the model under test has 1; the authors' lambda of 0.2 over two baselines.</param>
/// <param name="PublishedC">Regularization that cross-validation chose for published models, by name; may be empty.</param>
public sealed record GamedStatistics(double LengthSum, double DifficultySum, double RowWeight, IReadOnlyDictionary<string, double> PublishedC)
{
    private const int MaxBytes = 16 << 20;

    /// <summary>Reads <c>{"sum_over_gamed_of_y_times_tanh_std_delta_len", "sum_over_gamed_of_y_times_instruction_difficulty", "row_weight", "C_by_model"}</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The statistics.</returns>
    /// <exception cref="DataFormatException">The file is something else; names line and column.</exception>
    public static GamedStatistics Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
        {
            throw new DataFormatException(path, 0, $"the file has more than {MaxBytes} bytes; it is not the statistics of the gamed baselines");
        }

        Exception Fault(TextPosition position, string message) => new DataFormatException(path, position, message);
        var cursor = new JsonCursor(File.ReadAllBytes(path), TextPosition.Start, Fault);
        cursor.Read();
        cursor.BeginObject("the file");
        double? length = null, difficulty = null, weight = null;
        var published = new Dictionary<string, double>(StringComparer.Ordinal);
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "sum_over_gamed_of_y_times_tanh_std_delta_len":
                    length = cursor.Number($"'{name}'");
                    break;
                case "sum_over_gamed_of_y_times_instruction_difficulty":
                    difficulty = cursor.Number($"'{name}'");
                    break;
                case "row_weight":
                    weight = Positive(ref cursor, name);
                    break;
                case "C_by_model":
                    cursor.BeginObject($"'{name}'");
                    while (cursor.NextProperty(out var model))
                    {
                        published[model] = Positive(ref cursor, model);
                    }

                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        Exception Missing(string key) => Fault(TextPosition.Start, $"'{key}' is missing; the file must hold the two sums over the gamed baselines and the weight of a row");
        return new GamedStatistics(
            length ?? throw Missing("sum_over_gamed_of_y_times_tanh_std_delta_len"),
            difficulty ?? throw Missing("sum_over_gamed_of_y_times_instruction_difficulty"),
            weight ?? throw Missing("row_weight"),
            published);
    }

    private static double Positive(ref JsonCursor cursor, string name)
    {
        var value = cursor.Number($"'{name}'");
        return value > 0 ? value : throw cursor.Fault($"'{name}' must be above 0");
    }
}
