using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks for words in alphabetical order or numbers by size.</summary>
internal sealed class SortingPrompts : IPromptSource
{
    private static readonly (string Text, bool Down)[] WordPhrasings =
    [
        ("Sort these words from A to Z: {0}", false),
        ("Put these words in order: {0}", false),
        ("Sort: {0}", false),
        ("Order these from A to Z: {0}", false),
        ("Sort these words from Z to A: {0}", true),
        ("Order these from Z to A: {0}", true),
    ];

    private static readonly (string Text, bool Down)[] NumberPhrasings =
    [
        ("Sort these numbers: {0}", false),
        ("Put these numbers in order: {0}", false),
        ("Order these from low to high: {0}", false),
        ("Order these from high to low: {0}", true),
    ];

    public string Skill => Skills.Sorting;

    public PromptDraft Draw(SeededRandom random)
    {
        var words = random.Chance(0.75);
        var (text, down) = random.Pick(words ? WordPhrasings : NumberPhrasings);
        var items = words ? random.PickSeveral(Lexicon.Animals, random.Between(3, 5)) : Numbers(random);
        var sorted = Sort(items, down);
        return new PromptDraft(
            Skill,
            $"sort|{down}|{string.Join('|', sorted)}",
            [Wording.Ask(random, string.Format(null, text, string.Join(", ", items)) + ".")],
            new GroundTruth(AnswerKind.Sequence, AnswerFormat.CommaList, sorted, []),
            Forms(sorted));
    }

    /// <summary>How answers that list items with commas are written.</summary>
    internal static AnswerForms Forms(IReadOnlyList<string> sorted) => new(
        sorted,
        random => Wording.Blunder(random, sorted),
        content => ListForms.Write(AnswerFormat.CommaList, content),
        content => string.Join(' ', content));

    /// <summary>Items in ascending or descending order: numbers by size, words by letters.</summary>
    internal static string[] Sort(IReadOnlyList<string> items, bool down)
    {
        var numbers = items.All(item => char.IsAsciiDigit(item[0]));
        var sorted = numbers
            ? items.OrderBy(item => int.Parse(item)).ToArray()
            : items.Order(StringComparer.Ordinal).ToArray();
        if (down)
        {
            Array.Reverse(sorted);
        }

        return sorted;
    }

    private static string[] Numbers(SeededRandom random)
    {
        var count = random.Between(3, 4);
        var numbers = new List<string>(count);
        while (numbers.Count < count)
        {
            var number = random.Between(1, 99).ToString();
            if (!numbers.Contains(number, StringComparer.Ordinal))
            {
                numbers.Add(number);
            }
        }

        return [.. numbers];
    }
}
