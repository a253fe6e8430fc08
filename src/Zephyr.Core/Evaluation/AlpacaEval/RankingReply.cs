using System.Globalization;
using System.Text.RegularExpressions;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>Reads a judge's ranking, as alpaca_eval's <c>ranking_parser</c> does: a list of Python, <c>[{'model': 'model_1', 'rank': 1}, ...]</c>.</summary>
public static partial class RankingReply
{
    private const int Longest = 4000;

    /// <summary>The rank of <c>model_1</c>.</summary>
    /// <param name="reply">What the judge wrote.</param>
    /// <returns>1 when it prefers the output that it saw first, 2 for the other; null when it says neither.</returns>
    public static double? Parse(string reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply.Length > Longest || !List().IsMatch(reply))
        {
            return null;
        }

        var rank = Entry().Matches(reply).FirstOrDefault(static entry => entry.Groups["model"].Value == "model_1")?.Groups["rank"].Value;
        return rank is "1" or "2" ? double.Parse(rank, CultureInfo.InvariantCulture) : null;
    }

    private const string Pair = @"\{\s*(?:['""]model['""]\s*:\s*['""](?<model>[^'""\\]*)['""]\s*,\s*['""]rank['""]\s*:\s*(?<rank>[0-9]+)|['""]rank['""]\s*:\s*(?<rank>[0-9]+)\s*,\s*['""]model['""]\s*:\s*['""](?<model>[^'""\\]*)['""])\s*,?\s*\}";

    [GeneratedRegex(@"\A\s*[\[(]\s*" + Pair + @"(?:\s*,\s*" + Pair + @")*\s*,?\s*[\])]\s*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex List();

    [GeneratedRegex(Pair, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Entry();
}
