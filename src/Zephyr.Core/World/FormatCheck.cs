namespace Zephyr.Core.World;

/// <summary>Whether an answer has the form that was asked for.</summary>
internal static class FormatCheck
{
    private const int ShortestSentence = 3;

    /// <summary>True when the form is kept, whatever the content.</summary>
    internal static bool Kept(GroundTruth truth, AnswerText answer) => truth.Format switch
    {
        AnswerFormat.Sentence => truth.Kind == AnswerKind.WordLimit || answer.Words.Count >= ShortestSentence,
        AnswerFormat.Equation => answer.Text.Contains($"{truth.Expected[1]} = ", StringComparison.Ordinal),
        AnswerFormat.Bare => !answer.Text.Contains(',', StringComparison.Ordinal),
        _ => List(truth, answer),
    };

    /// <summary>The items that the answer names, written in the form asked for, are in it as they stand.</summary>
    private static bool List(GroundTruth truth, AnswerText answer)
    {
        var items = ContentCheck.Items(truth.Expected, answer);
        return items.Count > 1 && answer.Lower.Contains(ListForms.Write(truth.Format, items), StringComparison.Ordinal);
    }
}
