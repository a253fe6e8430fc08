namespace Zephyr.Core.Feedback;

/// <summary>What a teacher is asked to care about most, so that its answers to one prompt differ in more than chance (UltraFeedback, arXiv 2310.01377).</summary>
public enum Principle
{
    /// <summary>Nothing is asked: the prompt goes to the teacher as it is.</summary>
    None,

    /// <summary>Be of use.</summary>
    Helpfulness,

    /// <summary>Say what is true.</summary>
    Truthfulness,

    /// <summary>Claim no more than is known.</summary>
    Honesty,

    /// <summary>State with each claim how sure one is.</summary>
    VerbalizedUncertainty,
}

/// <summary>The system messages that stand for the principles: our own wording, several of each so that no single phrase is learnt.</summary>
public static class PrincipleTexts
{
    /// <summary>Version of the wording; part of the fingerprint of what was answered under it.</summary>
    public const int Version = 1;

    private static readonly Dictionary<Principle, IReadOnlyList<string>> s_texts = new()
    {
        [Principle.None] = [""],
        [Principle.Helpfulness] =
        [
            "Help the person who asks as well as you can. Do everything the request asks for, in the form it asks for, and leave out what does not serve it.",
            "Work out what the person needs and give them something they can use at once: complete, clear and to the point.",
            "Treat the request as one from a colleague whose day depends on your answer. Cover every part of it and explain what would otherwise be unclear.",
            "Be of real use. Where the request is open to more than one reading, take the likeliest and say in a few words which one you took.",
        ],
        [Principle.Truthfulness] =
        [
            "State only what is correct. Check names, numbers, dates and steps of reasoning before you write them down, and leave out what you cannot support.",
            "Accuracy comes first. If the request rests on something false, say so before you answer.",
            "Keep to facts, and to conclusions that follow from them. Do not fill gaps with what merely sounds right.",
            "Write nothing that an expert in the field would have to correct. A shorter answer that is right is better than a longer one that is not.",
        ],
        [Principle.Honesty] =
        [
            "Be open about the limits of what you know. Where you do not know, say that you do not, and do not guess as if you did.",
            "Answer what you can, and name plainly what you cannot know or are not able to do.",
            "Do not claim experiences, sources or abilities that you do not have. Tell apart what you know from what you suppose.",
            "If you notice that you are unsure, let the person see it. Do not sound more certain, or less, than you are.",
        ],
        [Principle.VerbalizedUncertainty] =
        [
            "Say with each important claim how sure you are of it, as certain, likely, unsure or a guess, and what the doubt is about.",
            "After your answer add one line that begins with 'Confidence:' and gives how sure you are, from 0% to 100%, with the main reason for doubt.",
            "Give a measure of confidence in words with every statement that could be wrong, and keep to it.",
            "Answer in short statements. Mark each that you are not sure of, and say what would settle it.",
        ],
    };

    /// <summary>The wordings of a principle; for <see cref="Principle.None"/> one empty text.</summary>
    /// <param name="principle">The principle.</param>
    /// <returns>At least one text.</returns>
    public static IReadOnlyList<string> Of(Principle principle) => s_texts[principle];
}
