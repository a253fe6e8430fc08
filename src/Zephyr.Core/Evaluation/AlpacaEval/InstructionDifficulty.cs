using System.Globalization;
using Zephyr.Core.Data;
using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// How hard each instruction is, fitted once by AlpacaEval's authors over all models and held fixed since (<c>instruction_difficulty.csv</c>,
/// Dubois et al. 2024, arXiv 2404.04475): a CSV with the columns <c>index</c> and <c>instruction_difficulty</c>.
/// </summary>
public static class InstructionDifficulty
{
    private const int MaxInstructions = 1_000_000;

    /// <summary>Reads the difficulties.</summary>
    /// <param name="path">The file.</param>
    /// <returns>One for each instruction, by index.</returns>
    /// <exception cref="DataFormatException">A line is not an index and a number, or an index is missing or given twice.</exception>
    public static IReadOnlyList<double> Read(string path)
    {
        var difficulties = new Dictionary<int, double>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var cells = line.Split(',');
            Exception Fault(string message) => new DataFormatException(path, new TextPosition(number, 1), message);
            if (number == 1)
            {
                if (cells is not ["index" or "", "instruction_difficulty"])
                {
                    throw Fault("the first line must be index,instruction_difficulty");
                }

                continue;
            }

            if (cells.Length != 2
                || !int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index >= MaxInstructions
                || !double.TryParse(cells[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var difficulty)
                || !double.IsFinite(difficulty))
            {
                throw Fault("a line must be the index of an instruction from 0, a comma and its difficulty, such as 7,-0.25");
            }

            if (!difficulties.TryAdd(index, difficulty))
            {
                throw Fault($"instruction {index} is given twice");
            }
        }

        var ordered = new double[difficulties.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = difficulties.TryGetValue(i, out var difficulty)
                ? difficulty
                : throw new DataFormatException(path, 0, $"instruction {i} is missing of 0 to {ordered.Length - 1}; the file may be cut off");
        }

        return ordered.Length > 0 ? ordered : throw new DataFormatException(path, 0, "the file has no instructions");
    }
}
