using System.Globalization;
using System.Text.Json;
using Zephyr.Core.Json;

namespace Zephyr.Core.Data;

/// <summary>
/// Reads the <c>completions</c> of raw UltraFeedback: <c>[{response, annotations: {aspect: {Rating}}, overall_score}]</c>. A rating is a
/// number or a text of one; <c>N/A</c> counts as none.
/// </summary>
internal static class UltraFeedbackJson
{
    /// <summary>Reads the list that the cursor stands at.</summary>
    public static IReadOnlyList<RatedCompletion> Read(ref JsonCursor cursor, string what)
    {
        cursor.BeginArray(what);
        var completions = new List<RatedCompletion>();
        while (cursor.NextItem())
        {
            completions.Add(ReadCompletion(ref cursor, what));
        }

        return completions;
    }

    private static RatedCompletion ReadCompletion(ref JsonCursor cursor, string what)
    {
        cursor.BeginObject($"a completion of {what}");
        var offset = cursor.Offset;
        string? response = null;
        var ratings = new List<double>();
        double? critique = null;
        while (cursor.NextProperty(out var name))
        {
            switch (name)
            {
                case "response":
                    response = cursor.String("'response' of a completion");
                    break;
                case "annotations" when !cursor.IsNull:
                    ReadAspects(ref cursor, ratings);
                    break;
                case "overall_score" when !cursor.IsNull:
                    critique = Rating(ref cursor, "'overall_score' of a completion");
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new RatedCompletion(response ?? throw cursor.FaultAt(offset, $"a completion of {what} has no 'response'"), ratings, critique);
    }

    private static void ReadAspects(ref JsonCursor cursor, List<double> ratings)
    {
        cursor.BeginObject("'annotations' of a completion");
        while (cursor.NextProperty(out var aspect))
        {
            if (cursor.IsNull)
            {
                continue;
            }

            cursor.BeginObject($"the aspect '{aspect}'");
            while (cursor.NextProperty(out var name))
            {
                if (name == "Rating" && !cursor.IsNull)
                {
                    if (Rating(ref cursor, $"'Rating' of the aspect '{aspect}'") is { } rating)
                    {
                        ratings.Add(rating);
                    }
                }
                else
                {
                    cursor.Skip();
                }
            }
        }
    }

    private static double? Rating(ref JsonCursor cursor, string what)
    {
        if (cursor.Token != JsonTokenType.String)
        {
            return cursor.Number(what);
        }

        var text = cursor.String(what);
        return text.Trim() is "N/A" or "" ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rating) && double.IsFinite(rating) ? rating
            : throw cursor.Fault($"{what} must be a number or N/A, but is '{text}'");
    }
}
