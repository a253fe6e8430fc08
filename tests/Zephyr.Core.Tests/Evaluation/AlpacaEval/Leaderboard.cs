using System.Globalization;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

/// <summary>Published figures of the shared data.</summary>
internal static class Leaderboard
{
    /// <summary>Figures of one model by column; columns of other kinds are left out.</summary>
    public static Dictionary<string, double> Row(string leaderboard, string model) =>
        Read($"alpaca-eval/leaderboards/{leaderboard}_leaderboard.csv", model);

    /// <summary>Published coefficients of one model: length, difficulty, model.</summary>
    public static double[] Weights(string model) =>
        [.. Read("alpaca-eval/weights/length_controlled_v1_baseline_gpt4_1106_preview.csv", model).Values];

    private static Dictionary<string, double> Read(string file, string model)
    {
        var lines = File.ReadAllLines(SharedData.Folder(file));
        var names = lines[0].Split(',');
        var cells = lines.Single(line => line.StartsWith(model + ",", StringComparison.Ordinal)).Split(',');
        var row = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 1; i < names.Length; i++)
        {
            if (double.TryParse(cells[i], CultureInfo.InvariantCulture, out var value))
            {
                row[names[i]] = value;
            }
        }

        return row;
    }
}
