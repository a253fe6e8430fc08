using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks for words in a list form, or for an exact number of words about an animal.</summary>
internal sealed class FormatPrompts : IPromptSource
{
    private static readonly (AnswerFormat Format, string[] Phrasings)[] Lists =
    [
        (AnswerFormat.JsonList, ["Write as a JSON list: {0}.", "Make JSON out of {0}.", "Give me {0} as a JSON list."]),
        (AnswerFormat.NumberedList, ["Number these: {0}.", "Write as a numbered list: {0}.", "Give me {0} as a numbered list."]),
        (AnswerFormat.DashList, ["Write with dashes: {0}.", "Make a dash list: {0}.", "Give me {0} as a list with dashes."]),
        (AnswerFormat.SemicolonList, ["Put semicolons between these: {0}.", "Join with semicolons: {0}.", "Give me {0} with semicolons."]),
    ];

    private static readonly string[] LimitPhrasings =
        ["Say something about the {0} in exactly {1} words.", "Write exactly {1} words about the {0}.", "Use just {1} words to talk about the {0}."];

    public string Skill => Skills.Format;

    public PromptDraft Draw(SeededRandom random) => random.Chance(0.8) ? List(random) : Limit(random);

    private PromptDraft List(SeededRandom random)
    {
        var items = random.PickSeveral(Lexicon.Animals, random.Between(2, 4));
        var (format, phrasings) = random.Pick(Lists);
        return new PromptDraft(
            Skill,
            $"list|{format}|{string.Join('|', items)}",
            [Wording.Ask(random, string.Format(null, random.Pick(phrasings), string.Join(", ", items)))],
            new GroundTruth(AnswerKind.Sequence, format, items, []),
            Forms(format, items));
    }

    /// <summary>How answers in a list form are written; the plain one is joined by commas.</summary>
    internal static AnswerForms Forms(AnswerFormat format, IReadOnlyList<string> items) => new(
        items,
        source => Wording.Blunder(source, items),
        content => ListForms.Write(format, content),
        content => ListForms.Write(AnswerFormat.CommaList, content));

    private PromptDraft Limit(SeededRandom random)
    {
        var topic = random.Pick(Lexicon.Animals);
        var words = random.Between(3, 7);
        var adjectives = random.PickSeveral(Lexicon.Adjectives, 2);
        var verb = random.Pick(Lexicon.Verbs);
        var other = random.Other(Lexicon.Animals, topic);
        string[] all = ["The", adjectives[0], topic, verb, "a", adjectives[1], other];
        return new PromptDraft(
            Skill,
            $"limit|{topic}|{words}",
            [Wording.Ask(random, string.Format(null, random.Pick(LimitPhrasings), topic, words))],
            new GroundTruth(AnswerKind.WordLimit, AnswerFormat.Sentence, [topic], [], words),
            new AnswerForms(
                Shorten(all, words),
                source => Shorten(all, words == 7 ? 6 : words + 1),
                content => string.Join(' ', content) + ".",
                content => string.Join(' ', content.Count > 3 ? content.Skip(1) : content.Append("too")) + "."));
    }

    /// <summary>The sentence "The a x v a b y" with words left out until <paramref name="count"/> remain; always keeps the topic.</summary>
    private static string[] Shorten(string[] all, int count) => count switch
    {
        3 => [all[0], all[2], "runs"],
        4 => [all[0], all[1], all[2], "runs"],
        5 => [all[0], all[2], all[3], all[4], all[6]],
        6 => [all[0], all[1], all[2], all[3], all[4], all[6]],
        _ => all,
    };
}
