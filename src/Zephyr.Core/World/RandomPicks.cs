using Zephyr.Core.Randomness;

namespace Zephyr.Core.World;

/// <summary>Draws from lists.</summary>
internal static class RandomPicks
{
    /// <summary>One item, all equally likely.</summary>
    internal static T Pick<T>(this SeededRandom random, IReadOnlyList<T> items) => items[random.NextInt(items.Count)];

    /// <summary><paramref name="count"/> different items in random order.</summary>
    internal static T[] PickSeveral<T>(this SeededRandom random, IReadOnlyList<T> items, int count)
    {
        var order = random.Permutation(items.Count);
        var picked = new T[count];
        for (var i = 0; i < count; i++)
        {
            picked[i] = items[order[i]];
        }

        return picked;
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    internal static int Between(this SeededRandom random, int low, int high) => low + random.NextInt(high - low + 1);

    /// <summary>True with the given probability.</summary>
    internal static bool Chance(this SeededRandom random, double probability) => random.NextDouble() < probability;

    /// <summary>One of the items other than <paramref name="item"/>.</summary>
    internal static string Other(this SeededRandom random, IReadOnlyList<string> items, string item)
    {
        string picked;
        do
        {
            picked = random.Pick(items);
        }
        while (string.Equals(picked, item, StringComparison.Ordinal));
        return picked;
    }
}
