using Zephyr.Core.Chat;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Two-turn conversations whose second request builds on the first answer.</summary>
internal sealed class FollowUpPrompts(Atlas atlas) : IPromptSource
{
    private static readonly string[] First = ["Which one is first?", "Which word comes first now?"];

    private static readonly string[] Last = ["Which one is last?", "Which word comes last now?"];

    private static readonly string[] Backwards = ["Now the other way around.", "Now turn the order around."];

    private static readonly string[] AsJson = ["Now as a JSON list.", "Make a JSON list of it."];

    private static readonly string[] NextFact = ["And its {0}?", "What about its {0}?", "And what is the {0} there?"];

    private readonly FactPrompts _facts = new(atlas);

    public string Skill => Skills.FollowUp;

    public PromptDraft Draw(SeededRandom random) => random.Chance(0.3) ? SecondFact(random) : AfterSorting(random);

    private PromptDraft SecondFact(SeededRandom random)
    {
        var town = random.NextInt(Lexicon.Towns.Length);
        var attributes = random.PickSeveral<int>([.. Enumerable.Range(0, Lexicon.Attributes.Length)], 2);
        var place = Lexicon.Towns[town];
        var phrasing = random.NextInt(FactPrompts.PhrasingCount);
        var opening = new ChatMessage(ChatRoles.User, FactPrompts.Question(phrasing, attributes[0], place));
        var answer = new ChatMessage(ChatRoles.Assistant, _facts.Forms(town, attributes[0]).Reference);
        var request = string.Format(null, random.Pick(NextFact), Lexicon.Attributes[attributes[1]].Name);
        return new PromptDraft(
            Skill,
            $"next|{town}|{attributes[0]}|{attributes[1]}",
            [opening, answer, new ChatMessage(ChatRoles.User, request)],
            _facts.Truth(town, attributes[1]),
            _facts.Forms(town, attributes[1]));
    }

    private PromptDraft AfterSorting(SeededRandom random)
    {
        var items = random.PickSeveral(Lexicon.Animals, random.Between(3, 4));
        var sorted = SortingPrompts.Sort(items, down: false);
        var operation = random.NextInt(4);
        var (phrasings, truth, forms) = operation switch
        {
            0 => (First, Pick(sorted, sorted[0]), Naming("first", sorted, sorted[0])),
            1 => (Last, Pick(sorted, sorted[^1]), Naming("last", sorted, sorted[^1])),
            2 => (Backwards, new GroundTruth(AnswerKind.Sequence, AnswerFormat.CommaList, [.. sorted.Reverse()], []), SortingPrompts.Forms([.. sorted.Reverse()])),
            _ => (AsJson, new GroundTruth(AnswerKind.Sequence, AnswerFormat.JsonList, sorted, []), FormatPrompts.Forms(AnswerFormat.JsonList, sorted)),
        };
        return new PromptDraft(
            Skill,
            $"after|{operation}|{string.Join('|', items)}",
            [
                new ChatMessage(ChatRoles.User, $"Sort these words from A to Z: {string.Join(", ", items)}."),
                new ChatMessage(ChatRoles.Assistant, string.Join(", ", sorted)),
                new ChatMessage(ChatRoles.User, random.Pick(phrasings)),
            ],
            truth,
            forms);
    }

    private static GroundTruth Pick(string[] items, string item) => new(
        AnswerKind.Value,
        AnswerFormat.Sentence,
        [item],
        [.. items.Where(other => !string.Equals(other, item, StringComparison.Ordinal))]);

    private static AnswerForms Naming(string place, string[] items, string item) => new(
        [item],
        random => [random.Other(items, item)],
        content => $"The {place} one is {content[0]}.",
        content => content[0] + ".");
}
