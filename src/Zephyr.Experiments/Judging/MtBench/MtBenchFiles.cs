using Zephyr.Core;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Experiments.Judging.MtBench;

/// <summary>Finds FastChat's files.</summary>
/// <param name="options">Where they are.</param>
internal sealed class MtBenchFiles(MtBenchOptions options)
{
    private const string QuestionFile = "question.jsonl";
    private const string PromptFile = "judge_prompts.jsonl";
    private const string ReferenceFolder = "reference_answer";

    /// <summary>Where FastChat has the answers of a model.</summary>
    /// <param name="folder">The folder of results.</param>
    /// <param name="model">The model.</param>
    /// <returns>The path.</returns>
    public static string AnswersOf(string folder, string model) => Path.Combine(folder, "model_answer", $"{FileNames.Of(model)}.jsonl");

    /// <summary>Where FastChat has the judgments of a judge.</summary>
    /// <param name="folder">The folder of results.</param>
    /// <param name="judge">The judge.</param>
    /// <returns>The path.</returns>
    public static string JudgmentsBy(string folder, string judge) => Path.Combine(folder, "model_judgment", $"{FileNames.Of(judge)}_single.jsonl");

    /// <summary>The file of another judge beside that of the first.</summary>
    /// <param name="judgments">The first judge's file.</param>
    /// <param name="judge">The other judge.</param>
    /// <returns>The path.</returns>
    public static string Beside(string judgments, string judge) => Path.Combine(Path.GetDirectoryName(judgments)!, $"{FileNames.Of(judge)}_single.jsonl");

    /// <summary>Reads the questions.</summary>
    /// <returns>The questions.</returns>
    /// <exception cref="ZephyrException">The file is missing or malformed.</exception>
    public IReadOnlyList<MtBenchQuestion> Questions() => MtBenchQuestion.ReadFile(
        Directory.Exists(options.Questions) ? Within(options.Questions, QuestionFile, "the questions") : options.Questions);

    /// <summary>Reads the prompts of the judge.</summary>
    /// <returns>The grading.</returns>
    /// <exception cref="ZephyrException">The file is missing or malformed.</exception>
    public SingleGrading Grading()
    {
        var given = options.JudgePrompts ?? (Directory.Exists(options.Questions) ? options.Questions : null)
            ?? throw new ZephyrException($"The judge's prompts are not known: {options.Questions} is a file. Name FastChat's {PromptFile} (judge_prompts).");
        return SingleGrading.ReadFile(Directory.Exists(given) ? Within(given, PromptFile, "the judge's prompts (judge_prompts)") : given);
    }

    /// <summary>Reads the reference answers, where a question needs them.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="judge">Name of the judge.</param>
    /// <returns>Reference answers by question.</returns>
    /// <exception cref="ZephyrException">They are missing, incomplete, several, or malformed.</exception>
    public IReadOnlyDictionary<int, MtBenchAnswer> References(IReadOnlyList<MtBenchQuestion> questions, string judge)
    {
        var needing = questions.Where(static question => MtBenchCategories.NeedsReference(question.Category)).ToList();
        if (needing.Count == 0)
        {
            return new Dictionary<int, MtBenchAnswer>();
        }

        var path = ReferenceFile(judge);
        var references = new Dictionary<int, MtBenchAnswer>();
        foreach (var answer in MtBenchAnswer.ReadFile(path))
        {
            if (!references.TryAdd(answer.QuestionId, answer))
            {
                throw new ZephyrException($"{path}: question {answer.QuestionId} has two reference answers. Give a file of one model.");
            }
        }

        return needing.Find(question => !references.ContainsKey(question.Id)) is { } missing
            ? throw new ZephyrException($"{path}: there is no reference answer to question {missing.Id} ({missing.Category}). Complete the file, or leave the question out.")
            : references;
    }

    private string ReferenceFile(string judge)
    {
        var given = options.References ?? (Directory.Exists(options.Questions) ? Path.Combine(options.Questions, ReferenceFolder) : null);
        if (File.Exists(given))
        {
            return given;
        }

        if (!Directory.Exists(given))
        {
            throw new ZephyrException($"Reference answers are needed for math, reasoning and coding, and there are none{(given is null ? "" : $" at {given}")}. Name a file or folder of them (references).");
        }

        var files = Directory.GetFiles(given, "*.jsonl");
        var ofJudge = files.FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == judge);
        return ofJudge ?? (files.Length == 1
            ? files[0]
            : throw new ZephyrException($"{given}: there are {files.Length} files of reference answers, none of them named {judge}.jsonl. Name the one to take (references)."));
    }

    private static string Within(string folder, string file, string what) => Path.Combine(folder, file) is var path && File.Exists(path)
        ? path
        : throw new ZephyrException($"{folder}: there is no {file} in this folder. Name {what} by its path.");
}
