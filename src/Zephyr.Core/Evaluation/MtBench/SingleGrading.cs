using Zephyr.Core.Data;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>What a judge is asked about one turn of an answer.</summary>
/// <param name="Name">Name of the prompt, such as <c>single-v1</c>.</param>
/// <param name="System">The system message.</param>
/// <param name="User">The user message.</param>
public sealed record GradingPrompt(string Name, string System, string User);

/// <summary>
/// FastChat's grading of single answers (Zheng et al. 2023, arXiv 2306.05685): which of its prompts a turn is graded with, and how it is
/// filled. The prompts themselves come from a file.
/// </summary>
public sealed class SingleGrading
{
    private const string Rating = "[[rating]]";
    private static readonly string[] s_firstTurn = ["question", "answer"];
    private static readonly string[] s_secondTurn = ["question_1", "answer_1", "question_2", "answer_2"];
    private static readonly string[] s_references = ["ref_answer_1", "ref_answer_2"];
    private readonly Dictionary<string, (string System, PromptTemplate Template)> _prompts = new(StringComparer.Ordinal);

    private SingleGrading()
    {
    }

    /// <summary>Reads the four prompts that grade single answers.</summary>
    /// <param name="path">FastChat's <c>judge_prompts.jsonl</c>.</param>
    /// <returns>The grading.</returns>
    /// <exception cref="DataFormatException">A prompt cannot be filled, or does not ask for a rating; names its line.</exception>
    /// <exception cref="ZephyrException">A prompt is missing, or the file cannot be read.</exception>
    public static SingleGrading ReadFile(string path)
    {
        var prompts = JudgePrompt.ReadFile(path);
        var grading = new SingleGrading();
        foreach (var category in new[] { "writing", "math" })
        {
            for (var turn = 1; turn <= 2; turn++)
            {
                var name = JudgePrompt.NameFor(category, turn);
                var prompt = prompts.GetValueOrDefault(name)
                    ?? throw new ZephyrException($"{path}: there is no prompt {name}; give FastChat's judge_prompts.jsonl, which grades single answers with single-v1, single-math-v1 and their -multi-turn forms");
                var places = (turn == 1 ? s_firstTurn : s_secondTurn).Concat(MtBenchCategories.NeedsReference(category) ? s_references : []);
                grading._prompts.Add(name, (prompt.SystemPrompt, Checked(path, prompt, [.. places])));
            }
        }

        return grading;
    }

    /// <summary>What the judge is asked.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answer">The model's answer to it.</param>
    /// <param name="reference">The reference answer; needed in the categories that have one, and otherwise not looked at.</param>
    /// <param name="turn">1 or 2.</param>
    /// <returns>The prompt, character for character FastChat's.</returns>
    /// <exception cref="ZephyrException">The answer or the reference has too few turns, or the reference is missing.</exception>
    public GradingPrompt Prompt(MtBenchQuestion question, MtBenchAnswer answer, MtBenchAnswer? reference, int turn)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Turns.Count < turn)
        {
            throw new ZephyrException($"The answer of {answer.Model} to question {question.Id} has {answer.Turns.Count} turns, and the question {question.Turns.Count}. Answer it again.");
        }

        var name = JudgePrompt.NameFor(question.Category, turn);
        var (system, template) = _prompts[name];
        return new GradingPrompt(name, system, template.Fill(place => place switch
        {
            "question" or "question_1" => question.Turns[0],
            "answer" or "answer_1" => answer.Turns[0],
            "question_2" => question.Turns[1],
            "answer_2" => answer.Turns[1],
            "ref_answer_1" => Reference(question, reference, 1),
            _ => Reference(question, reference, 2),
        }));
    }

    private static PromptTemplate Checked(string path, JudgePrompt prompt, IReadOnlyList<string> places)
    {
        Exception Fault(string message) => new DataFormatException(path, prompt.Position, $"the prompt {prompt.Name} cannot be used: {message}");
        if (prompt.Kind != "single" || (prompt.OutputFormat ?? Rating) != Rating)
        {
            throw Fault($"its type must be single and its output_format {Rating}");
        }

        var template = PromptTemplate.Parse(prompt.Template, Fault);
        if (template.Places.Except(places, StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw Fault($"its template has the place {{{unknown}}}; there are {string.Join(", ", places.Select(static place => $"{{{place}}}"))}");
        }

        // A template without the answer would have the judge rate nothing.
        var answer = places[^(places.Contains(s_references[0], StringComparer.Ordinal) ? 3 : 1)];
        return template.Places.Contains(answer) ? template : throw Fault($"its template has no place {{{answer}}}");
    }

    private static string Reference(MtBenchQuestion question, MtBenchAnswer? reference, int turn) =>
        reference is null ? throw new ZephyrException($"Question {question.Id} is of the category {question.Category}, which is judged beside a reference answer, and there is none. Give the folder or file of reference answers.")
        : reference.Turns.Count < turn ? throw new ZephyrException($"The reference answer to question {question.Id} has {reference.Turns.Count} turns, and turn {turn} is needed. Complete the file of reference answers.")
        : reference.Turns[turn - 1];
}
