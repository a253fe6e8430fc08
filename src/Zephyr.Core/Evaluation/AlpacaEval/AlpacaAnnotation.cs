namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>One judged pair of AlpacaEval: the answer of the baseline, that of the model, and which the judge preferred.</summary>
/// <param name="Instruction">The instruction both answered.</param>
/// <param name="Baseline">Name of the model that wrote the first answer.</param>
/// <param name="BaselineLength">Length of the baseline's answer in characters (Unicode code points, as Python counts).</param>
/// <param name="Model">Name of the model that wrote the second answer.</param>
/// <param name="ModelLength">Length of the model's answer in characters.</param>
/// <param name="Preference">1 when the baseline won, 2 when the model did, 1.5 for a draw, between them for a weighted judgment; null when the judge gave none.</param>
/// <param name="Index">Number of the instruction from 0, by the row's <c>index</c> key, else by its place in the file.</param>
public sealed record AlpacaAnnotation(
    string Instruction, string Baseline, int BaselineLength, string Model, int ModelLength, double? Preference, int Index);
