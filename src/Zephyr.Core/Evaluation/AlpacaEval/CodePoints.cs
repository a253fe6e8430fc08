namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Lengths as Python counts them, so that they equal the published ones.</summary>
internal static class CodePoints
{
    /// <summary>Number of Unicode code points; a surrogate pair is one.</summary>
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
            {
                count--;
            }
        }

        return count;
    }
}
