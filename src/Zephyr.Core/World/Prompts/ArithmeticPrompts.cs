using Zephyr.Core.Randomness;

namespace Zephyr.Core.World.Prompts;

/// <summary>Asks for a small sum, difference or product with the equation written out.</summary>
internal sealed class ArithmeticPrompts : IPromptSource
{
    private static readonly string[][] Phrasings =
    [
        ["What is {0} + {1}?", "Add {0} and {1}.", "Work out {0} + {1}.", "Mia has {0} plums and gets {1} more. How many now?", "What is {0} plus {1}?"],
        ["What is {0} - {1}?", "Take {1} from {0}.", "Work out {0} - {1}.", "Mia has {0} plums and eats {1}. How many now?", "What is {0} minus {1}?"],
        ["What is {0} * {1}?", "Work out {0} * {1}.", "Mia has {0} bags of {1} plums. How many plums?", "What is {0} times {1}?"],
    ];

    private static readonly string[] Endings = [" Show the sum.", " Write the sum down.", " Show how."];

    public string Skill => Skills.Arithmetic;

    public PromptDraft Draw(SeededRandom random)
    {
        var operation = random.Pick<int>([0, 0, 0, 1, 1, 2]);
        var (left, right) = operation switch
        {
            0 => (random.Between(1, 20), random.Between(1, 20)),
            1 => Descending(random.Between(1, 20), random.Between(1, 20)),
            _ => (random.Between(2, 9), random.Between(2, 9)),
        };
        var sum = $"{left} {"+-*"[operation]} {right}";
        var answer = operation switch { 0 => left + right, 1 => left - right, _ => left * right };
        var request = string.Format(null, random.Pick(Phrasings[operation]), left, right) + random.Pick(Endings);
        return new PromptDraft(
            Skill,
            $"sum|{sum}",
            [Wording.Ask(random, request)],
            new GroundTruth(AnswerKind.Number, AnswerFormat.Equation, [answer.ToString(), sum], []),
            Forms(sum, answer));
    }

    /// <summary>How answers to a sum are written.</summary>
    internal static AnswerForms Forms(string sum, int answer) => new(
        [answer.ToString()],
        random => [Wording.NearMiss(random, answer).ToString()],
        content => $"{sum} = {content[0]}",
        content => content[0] + ".");

    private static (int High, int Low) Descending(int a, int b) => (Math.Max(a, b), Math.Min(a, b));
}
