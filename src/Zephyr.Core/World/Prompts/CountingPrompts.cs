using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks how many words a list holds, or how often one of them occurs.</summary>
internal sealed class CountingPrompts : IPromptSource
{
    private static readonly string[] ListPhrasings =
    [
        "How many words are in this list: {0}? Use a sentence.",
        "Count the words: {0}. Use a sentence.",
        "How long is this list: {0}? Use a sentence.",
        "Count these and use a sentence: {0}.",
    ];

    private static readonly string[] WordPhrasings =
    [
        "How often is {1} in this list: {0}? Use a sentence.",
        "Count the word {1}: {0}. Use a sentence.",
        "How many times do you see {1}: {0}? Use a sentence.",
    ];

    public string Skill => Skills.Counting;

    public PromptDraft Draw(SeededRandom random)
    {
        string[] items;
        string request, key;
        int answer;
        Func<IReadOnlyList<string>, string> full;
        if (random.Chance(0.6))
        {
            answer = random.Between(2, 8);
            items = random.PickSeveral(Lexicon.Animals, answer);
            request = string.Format(null, random.Pick(ListPhrasings), string.Join(", ", items));
            key = "all";
            full = content => $"There are {content[0]} words.";
        }
        else
        {
            var word = random.Pick(Lexicon.Animals);
            var other = random.Other(Lexicon.Animals, word);
            answer = random.Between(1, 4);
            items = [.. Enumerable.Repeat(word, answer), .. Enumerable.Repeat(other, random.Between(1, 3))];
            random.Shuffle(items.AsSpan());
            request = string.Format(null, random.Pick(WordPhrasings), string.Join(", ", items), word);
            key = word;
            full = content => $"The word {word} is there {content[0]} times.";
        }

        return new PromptDraft(
            Skill,
            $"count|{key}|{string.Join('|', items)}",
            [Wording.Ask(random, request)],
            new GroundTruth(AnswerKind.Number, AnswerFormat.Sentence, [answer.ToString()], []),
            new AnswerForms(
                [answer.ToString()],
                source => [Wording.NearMiss(source, answer).ToString()],
                full,
                content => content[0] + "."));
    }
}
