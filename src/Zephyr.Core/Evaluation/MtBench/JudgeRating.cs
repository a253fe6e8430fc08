using System.Globalization;
using System.Text.RegularExpressions;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>Finds the rating in what a judge wrote, as FastChat's <c>common.py</c> does.</summary>
public static partial class JudgeRating
{
    /// <summary>The rating of a judgment that has none; such a row is dropped from every mean.</summary>
    public const double None = -1;

    /// <summary>The first number in double brackets, else the first in single brackets, else <see cref="None"/>.</summary>
    /// <param name="judgment">What the judge wrote.</param>
    /// <returns>The rating.</returns>
    public static double Parse(string judgment)
    {
        var match = Doubled().Match(judgment);
        match = match.Success ? match : Single().Match(judgment);
        return match.Success && double.TryParse(match.Groups["rating"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rating) && double.IsFinite(rating)
            ? rating
            : None;
    }

    [GeneratedRegex(@"\[\[(?<rating>[0-9]+\.?[0-9]*)\]\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Doubled();

    [GeneratedRegex(@"\[(?<rating>[0-9]+\.?[0-9]*)\]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Single();
}
