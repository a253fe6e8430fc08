namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>
/// The eight categories of MT-Bench's questions (Zheng et al. 2023, arXiv 2306.05685). FastChat's <c>question.jsonl</c> numbers its 80
/// questions from 81 to 160, ten for each category in this order.
/// </summary>
public static class MtBenchCategories
{
    private const int FirstQuestion = 81;
    private const int QuestionsEach = 10;

    /// <summary>Names in the order of the questions.</summary>
    public static IReadOnlyList<string> Names { get; } = ["writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities"];

    /// <summary>Categories of the published questions, by question id.</summary>
    public static IReadOnlyDictionary<int, string> Published { get; } = Enumerable.Range(FirstQuestion, Names.Count * QuestionsEach)
        .ToDictionary(id => id, id => Names[(id - FirstQuestion) / QuestionsEach]);

    /// <summary>Whether the judge grades answers of a category with a reference answer beside them.</summary>
    /// <param name="category">The category.</param>
    /// <returns>True for math, reasoning, coding, and arena-hard-200, as FastChat's <c>NEED_REF_CATS</c>.</returns>
    public static bool NeedsReference(string category) => category is "math" or "reasoning" or "coding" or "arena-hard-200";

    /// <summary>The temperature that answers to a category are sampled with.</summary>
    /// <param name="category">The category.</param>
    /// <returns>FastChat's <c>temperature_config</c>: 0.7 for writing, roleplay and categories it does not know, 0.1 for stem and humanities, 0 for the others.</returns>
    public static double Temperature(string category) => category switch
    {
        "extraction" or "math" or "coding" or "reasoning" or "arena-hard-200" => 0,
        "stem" or "humanities" => 0.1,
        _ => 0.7,
    };
}
