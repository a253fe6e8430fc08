using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks for a sentence in capitals, in reverse word order, with a word replaced or without it.</summary>
internal sealed class RewritingPrompts : IPromptSource
{
    private static readonly string[] Capitals = ["Write in capitals: {0}", "Put this in capitals: {0}", "Use only capital letters: {0}"];

    private static readonly string[] Reverse = ["Turn the word order around: {0}", "Write the words backwards: {0}", "Reverse the words: {0}"];

    private static readonly string[] Replace = ["Replace {1} with {2}: {0}", "Change {1} to {2}: {0}", "Write {2} for {1}: {0}"];

    private static readonly string[] Remove = ["Leave out the word {1}: {0}", "Remove {1}: {0}", "Drop the word {1}: {0}"];

    public string Skill => Skills.Rewriting;

    public PromptDraft Draw(SeededRandom random)
    {
        var words = Sentence(random);
        var operation = random.NextInt(4);
        var picked = words[random.Pick<int>([1, 2, words.Length - 1])];
        var other = random.Other(Lexicon.Animals, picked);
        var (phrasings, right) = operation switch
        {
            0 => (Capitals, words.Select(word => word.ToUpperInvariant())),
            1 => (Reverse, words.Reverse()),
            2 => (Replace, words.Select(word => string.Equals(word, picked, StringComparison.Ordinal) ? other : word)),
            _ => (Remove, words.Where(word => !string.Equals(word, picked, StringComparison.Ordinal))),
        };
        var request = string.Format(null, random.Pick(phrasings), string.Join(' ', words), picked, other);
        string[] rightWords = [.. right];
        return new PromptDraft(
            Skill,
            $"rewrite|{operation}|{picked}|{string.Join('|', words)}",
            [Wording.Ask(random, request + ".")],
            new GroundTruth(AnswerKind.Text, AnswerFormat.Bare, [string.Join(' ', rightWords)], []),
            new AnswerForms(
                rightWords,
                source => Wording.Blunder(source, rightWords),
                content => string.Join(' ', content),
                content => string.Join(", ", content)));
    }

    private static string[] Sentence(SeededRandom random)
    {
        var animals = random.PickSeveral(Lexicon.Animals, 2);
        var adjectives = random.PickSeveral(Lexicon.Adjectives, 2);
        var verb = random.Pick(Lexicon.Verbs);
        return random.NextInt(3) switch
        {
            0 => ["the", animals[0], verb, "a", animals[1]],
            1 => ["the", adjectives[0], animals[0], verb, "a", animals[1]],
            _ => ["the", adjectives[0], animals[0], verb, "a", adjectives[1], animals[1]],
        };
    }
}
