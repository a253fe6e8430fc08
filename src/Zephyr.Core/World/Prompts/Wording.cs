using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Greetings around a request, and other wording that every skill shares.</summary>
internal static class Wording
{
    private static readonly (string Before, string After)[] Greetings =
        [("", ""), ("", ""), ("Hello! ", ""), ("Hi. ", ""), ("", " Thanks."), ("Please help. ", ""), ("One more: ", ""), ("", " Thank you.")];

    /// <summary>A user turn with the request in a random greeting.</summary>
    internal static ChatMessage Ask(SeededRandom random, string request)
    {
        var (before, after) = random.Pick(Greetings);
        return new ChatMessage(ChatRoles.User, before + request + after);
    }

    /// <summary>Items with one mistake: two neighbours swapped or, from three items on, one left out.</summary>
    internal static IReadOnlyList<string> Blunder(SeededRandom random, IReadOnlyList<string> items)
    {
        var list = items.ToList();
        if (list.Count > 2 && random.Chance(0.5))
        {
            list.RemoveAt(random.NextInt(list.Count));
            return list;
        }

        var first = random.NextInt(list.Count - 1);
        (list[first], list[first + 1]) = (list[first + 1], list[first]);
        return list;
    }

    /// <summary>A whole number near <paramref name="value"/> but not it, at least 0.</summary>
    internal static int NearMiss(SeededRandom random, int value)
    {
        var step = random.Between(1, 3);
        return random.Chance(0.5) && value >= step ? value - step : value + step;
    }
}
