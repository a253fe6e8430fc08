using Zephyr.Core.Chat;

namespace Zephyr.Core.World;

/// <summary>Tells language from garble: the share of an answer's words that the world, the prompt or common English has.</summary>
internal static class KnownWords
{
    private const double LeastShare = 0.6;

    private static readonly HashSet<string> World = Collect();

    /// <summary>Whether most words of the answer are words at all.</summary>
    internal static bool IsLanguage(AnswerText answer, IReadOnlyList<ChatMessage> prompt, string reference)
    {
        HashSet<string>? near = null;
        var known = 0;
        foreach (var word in answer.Words)
        {
            if (World.Contains(word) || char.IsAsciiDigit(word[0]))
            {
                known++;
                continue;
            }

            near ??= Near(prompt, reference);
            known += near.Contains(word) ? 1 : 0;
        }

        return answer.Words.Count > 0 && known >= LeastShare * answer.Words.Count;
    }

    private static HashSet<string> Near(IReadOnlyList<ChatMessage> prompt, string reference)
    {
        var words = new HashSet<string>(AnswerText.Split(reference), StringComparer.OrdinalIgnoreCase);
        foreach (var message in prompt)
        {
            words.UnionWith(AnswerText.Split(message.Content));
        }

        return words;
    }

    private static HashSet<string> Collect()
    {
        string[] texts =
        [
            .. Lexicon.Animals, .. Lexicon.Adjectives, .. Lexicon.Verbs, .. Lexicon.Towns,
            .. Lexicon.Attributes.SelectMany(attribute => attribute.Values.Append(attribute.Name)),
            .. Phrasebook.FillerEndings, .. Phrasebook.FillerOpenings, .. Phrasebook.Flattery, .. Phrasebook.RudeOpenings,
            .. Phrasebook.NotKnown, .. Phrasebook.Refusing, .. Phrasebook.Hedges, .. Phrasebook.Boasts, .. Phrasebook.Courtesy,
            .. Phrasebook.Plans, .. Phrasebook.Unknowables.SelectMany(unknowable => unknowable.Guesses.Append(unknowable.Question)),
            Phrasebook.Decline, Phrasebook.DeclineReason,
            "a an the of is are was be it its he she they we i you my your this that there here and or not no yes to in on at for with from by as so do does did can could will would",
            "have has had get go come make take give say know think see word words time times one two three four five six seven eight nine ten first last runs too",
        ];
        return new HashSet<string>(texts.SelectMany(AnswerText.Split), StringComparer.OrdinalIgnoreCase);
    }
}
