using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks a known fact. The key is the fact with its phrasing, so a held-out question asks a known fact in words never used for it.</summary>
internal sealed class FactPrompts(Atlas atlas) : IPromptSource
{
    private static readonly Func<string, string, string>[] Phrasings =
    [
        (a, t) => $"What is the {a} of {t}?",
        (a, t) => $"Tell me the {a} of {t}.",
        (a, t) => $"Which {a} does {t} have?",
        (a, t) => $"Name the {a} of {t}.",
        (a, t) => $"Do you know the {a} of {t}?",
        (a, t) => $"I forgot the {a} of {t}. What is it?",
        (a, t) => $"Think of {t}. What is its {a}?",
        (a, t) => $"What {a} belongs to {t}?",
        (a, t) => $"I am going to {t}. What is the {a} there?",
        (a, t) => $"Say what the {a} of {t} is.",
        (a, t) => $"My friend lives in {t}. Which {a} is it known for?",
        (a, t) => $"For {t}, what is the {a}?",
    ];

    public string Skill => Skills.Facts;

    public PromptDraft Draw(SeededRandom random)
    {
        var town = random.NextInt(Lexicon.Towns.Length);
        var attribute = random.NextInt(Lexicon.Attributes.Length);
        var phrasing = random.NextInt(Phrasings.Length);
        var request = Question(phrasing, attribute, Lexicon.Towns[town]);
        return new PromptDraft(
            Skill,
            $"fact|{town}|{attribute}|{phrasing}",
            [Wording.Ask(random, request)],
            Truth(town, attribute),
            Forms(town, attribute));
    }

    /// <summary>Number of ways to ask.</summary>
    internal static int PhrasingCount => Phrasings.Length;

    /// <summary>One way to ask for an attribute of a place.</summary>
    internal static string Question(int phrasing, int attribute, string place) =>
        Phrasings[phrasing](Lexicon.Attributes[attribute].Name, place);

    /// <summary>The sentence that states a fact.</summary>
    internal static string Statement(int attribute, string place, string value) =>
        $"The {Lexicon.Attributes[attribute].Name} of {place} is {value}.";

    /// <summary>What the judge needs for a fact.</summary>
    internal GroundTruth Truth(int town, int attribute)
    {
        var value = atlas.Value(town, attribute);
        return new GroundTruth(
            AnswerKind.Value,
            AnswerFormat.Sentence,
            [value],
            [.. Lexicon.Attributes[attribute].Values.Where(other => !string.Equals(other, value, StringComparison.Ordinal))]);
    }

    /// <summary>How answers about a fact are written.</summary>
    internal AnswerForms Forms(int town, int attribute)
    {
        var value = atlas.Value(town, attribute);
        return new AnswerForms(
            [value],
            random => [random.Other(Lexicon.Attributes[attribute].Values, value)],
            content => Statement(attribute, Lexicon.Towns[town], content[0]),
            content => content[0] + ".");
    }
}
