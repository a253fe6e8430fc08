using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Zephyr.Core.Feedback;

/// <summary>
/// Reads a judge's reply. Asked for is one JSON object; also taken are code fences and words around it, ratings as numbers or texts such as
/// <c>"4/5"</c>, and a line for each aspect. Never guessed: a missing aspect, a rating out of range or not whole, or two ratings that
/// contradict each other make the reply malformed.
/// </summary>
public static partial class JudgmentParser
{
    private const int Aspects = 5;
    private const int LongestReply = 1 << 17;
    private static readonly string[] s_names = ["instructionfollowing", "honesty", "truthfulness", "helpfulness", "overall"];
    private static readonly string[] s_titles = ["instruction_following", "honesty", "truthfulness", "helpfulness", "overall"];

    /// <summary>Reads a reply.</summary>
    /// <param name="reply">The judge's words.</param>
    /// <returns>The judgment, or what is wrong in a few words.</returns>
    public static (Judgment? Judgment, string? Problem) Parse(string reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Length > LongestReply)
        {
            return (null, "the reply is too long");
        }

        var ratings = new AspectRating?[Aspects];
        var problem = FromJson(reply, ratings) ?? (Array.TrueForAll(ratings, static rating => rating is null) ? FromLines(reply, ratings) : null);
        if (problem is not null)
        {
            return (null, problem);
        }

        var missing = Array.IndexOf(ratings, null);
        return missing >= 0
            ? (null, $"no rating of {s_titles[missing]}")
            : (new Judgment(ratings[0]!, ratings[1]!, ratings[2]!, ratings[3]!, ratings[4]!), null);
    }

    // Any object of the reply may be the one: a judge that thinks aloud may use braces before.
    private static string? FromJson(string reply, AspectRating?[] ratings)
    {
        var bytes = Encoding.UTF8.GetBytes(reply);
        for (var start = Array.IndexOf(bytes, (byte)'{'); start >= 0;)
        {
            var next = start + 1;
            if (ReadObject(bytes.AsSpan(start), out var length) is { } document)
            {
                using (document)
                {
                    var found = Object(document.RootElement);
                    if (Take(found, ratings) is { } problem)
                    {
                        return problem;
                    }

                    next = found.Count > 0 ? start + length : next;
                }
            }

            start = next < bytes.Length ? Array.IndexOf(bytes, (byte)'{', next) : -1;
        }

        return null;
    }

    private static JsonDocument? ReadObject(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 });
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return null;
            }

            length = (int)reader.BytesConsumed;
            return document;
        }
        catch (JsonException)
        {
            // Not an object of JSON; the next brace may start one.
            return null;
        }
    }

    private static List<(int Aspect, JsonElement Value)> Object(JsonElement root)
    {
        var found = new List<(int, JsonElement)>();
        foreach (var property in root.EnumerateObject())
        {
            if (Aspect(property.Name) is { } aspect)
            {
                found.Add((aspect, property.Value));
            }
        }

        return found;
    }

    private static string? Take(List<(int Aspect, JsonElement Value)> found, AspectRating?[] ratings)
    {
        foreach (var (aspect, value) in found)
        {
            var (rating, rationale) = Entry(value);
            if (rating is null)
            {
                return $"no rating of {s_titles[aspect]}";
            }

            if (Set(ratings, aspect, rating, rationale) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static (string? Rating, string Rationale) Entry(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Number or JsonValueKind.String)
        {
            return (value.ToString(), "");
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return (null, "");
        }

        string? rating = null;
        var rationale = "";
        foreach (var property in value.EnumerateObject())
        {
            switch (Plain(property.Name))
            {
                case "rating" or "score" when property.Value.ValueKind is JsonValueKind.Number or JsonValueKind.String:
                    rating = property.Value.ToString();
                    break;
                case "rationale" or "reason" or "explanation" when property.Value.ValueKind == JsonValueKind.String:
                    rationale = property.Value.GetString()!;
                    break;
                default:
                    break;
            }
        }

        return (rating, rationale);
    }

    // "Honesty: 4/5", "**Overall rating** - 7", then "Rationale: ..." on the lines after.
    private static string? FromLines(string reply, AspectRating?[] ratings)
    {
        var current = -1;
        foreach (var line in reply.Split('\n'))
        {
            var match = AspectLine().Match(line);
            if (match.Success && Aspect(match.Groups["name"].Value) is { } aspect)
            {
                if (Set(ratings, aspect, match.Groups["rating"].Value, match.Groups["rest"].Value.Trim(' ', '\t', '\r', '-', '*', '.', ':', ';', '(', ')')) is { } problem)
                {
                    return problem;
                }

                current = aspect;
            }
            else if (current >= 0 && RationaleLine().Match(line) is { Success: true } rationale)
            {
                ratings[current] = ratings[current]! with { Rationale = rationale.Groups["text"].Value.Trim() };
                current = -1;
            }
        }

        return null;
    }

    private static string? Set(AspectRating?[] ratings, int aspect, string text, string rationale)
    {
        var best = aspect == Aspects - 1 ? Judgment.BestOverall : Judgment.BestAspect;
        var match = RatingText().Match(text);
        if (!match.Success
            || !double.TryParse(match.Groups["rating"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var rating)
            || rating != Math.Truncate(rating)
            || rating < 1
            || rating > best
            || (match.Groups["of"].Success && match.Groups["of"].Value != best.ToString(CultureInfo.InvariantCulture)))
        {
            return $"the rating of {s_titles[aspect]} is no whole number from 1 to {best}";
        }

        if (ratings[aspect] is { } before && before.Rating != rating)
        {
            return $"two different ratings of {s_titles[aspect]}";
        }

        ratings[aspect] = new AspectRating(rating, rationale.Trim());
        return null;
    }

    private static int? Aspect(string name)
    {
        var plain = Plain(name);
        foreach (var ending in (ReadOnlySpan<string>)["rating", "score"])
        {
            plain = plain.EndsWith(ending, StringComparison.Ordinal) ? plain[..^ending.Length] : plain;
        }

        var index = Array.IndexOf(s_names, plain);
        return index < 0 ? null : index;
    }

    private static string Plain(string name) => new([.. name.Where(char.IsAsciiLetter).Select(char.ToLowerInvariant)]);

    [GeneratedRegex(@"^[\s\-*#>\d.)]*(?<name>[A-Za-z][A-Za-z _\-]{3,40}?)[\s*_]*[:=\-–][\s*_]*(?<rating>-?\d+(?:\.\d+)?(?:\s*(?:/|out of)\s*\d+)?)(?<rest>[^\d].*)?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AspectLine();

    [GeneratedRegex(@"^[\s\-*#>]*(?:rationale|reason|explanation)[\s*_]*[:=\-–][\s*_]*(?<text>.+)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex RationaleLine();

    [GeneratedRegex(@"^[\s*_]*(?<rating>-?\d{1,3}(?:\.\d{1,6})?)(?:\s*(?:/|out of)\s*(?<of>\d{1,3}))?[\s*_.]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RatingText();
}
