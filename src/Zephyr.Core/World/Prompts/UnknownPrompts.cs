using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks about places outside the world, or what nobody can know about a town in it.</summary>
internal sealed class UnknownPrompts : IPromptSource
{
    public string Skill => Skills.Unknown;

    public PromptDraft Draw(SeededRandom random) => random.Chance(0.7) ? StrangePlace(random) : Unknowable(random);

    private PromptDraft StrangePlace(SeededRandom random)
    {
        var place = random.Pick(Lexicon.StrangeBeginnings) + random.Pick(Lexicon.StrangeEndings);
        var attribute = random.NextInt(Lexicon.Attributes.Length);
        var phrasing = random.NextInt(FactPrompts.PhrasingCount);
        var (name, values) = Lexicon.Attributes[attribute];
        return new PromptDraft(
            Skill,
            $"strange|{place}|{name}",
            [Wording.Ask(random, FactPrompts.Question(phrasing, attribute, place))],
            new GroundTruth(AnswerKind.Unknown, AnswerFormat.Sentence, [], values),
            new AnswerForms(
                [],
                source => [source.Pick(values)],
                content => content.Count == 0 ? $"I do not know the {name} of {place}." : FactPrompts.Statement(attribute, place, content[0]),
                content => content.Count == 0 ? "No idea." : content[0] + "."));
    }

    private PromptDraft Unknowable(SeededRandom random)
    {
        var town = random.Pick(Lexicon.Towns);
        var kind = random.NextInt(Phrasebook.Unknowables.Length);
        var (question, guesses) = Phrasebook.Unknowables[kind];
        return new PromptDraft(
            Skill,
            $"unknowable|{kind}|{town}",
            [Wording.Ask(random, string.Format(null, question, town))],
            new GroundTruth(AnswerKind.Unknown, AnswerFormat.Sentence, [], []),
            new AnswerForms(
                [],
                source => [string.Format(null, source.Pick(guesses), town)],
                content => content.Count == 0 ? "I do not know. Nobody can know that." : content[0],
                content => content.Count == 0 ? "No idea." : content[0]));
    }
}
