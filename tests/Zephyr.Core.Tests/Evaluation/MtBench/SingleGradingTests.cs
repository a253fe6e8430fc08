using System.Text.Json;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Tests.Evaluation.MtBench;

public sealed class SingleGradingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_published_judgment_was_asked_with_the_very_prompt_that_is_made_here()
    {
        var folder = SharedData.Folder("mt-bench");
        const string Model = "mistral-orpo-capybara";
        var grading = SingleGrading.ReadFile(Path.Combine(folder, "judge_prompts.jsonl"));
        var questions = MtBenchQuestion.ReadFile(Path.Combine(folder, "question.jsonl")).ToDictionary(question => question.Id);
        var answers = MtBenchAnswer.ReadFile(Path.Combine(folder, $"model_answer_{Model}.jsonl")).ToDictionary(answer => answer.QuestionId);
        var references = MtBenchAnswer.ReadFile(Path.Combine(folder, "reference_answer", "gpt-4.jsonl")).ToDictionary(answer => answer.QuestionId);
        var compared = 0;
        foreach (var line in File.ReadLines(Path.Combine(folder, "judgments_visible.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            string Text(string key) => row.RootElement.GetProperty(key).GetString()!;
            if (Text("model") != Model)
            {
                continue;
            }

            var id = row.RootElement.GetProperty("question_id").GetInt32();
            var prompt = grading.Prompt(questions[id], answers[id], references.GetValueOrDefault(id), row.RootElement.GetProperty("turn").GetInt32());
            prompt.Name.ShouldBe(row.RootElement.GetProperty("judge")[1].GetString());
            prompt.User.ShouldBe(Text("user_prompt"));
            compared++;
        }

        compared.ShouldBe(160);
    }

    [Fact]
    public void What_is_put_in_is_not_filled_again_and_doubled_braces_are_braces()
    {
        var grading = Read(Prompts(first: "{{json}} {question} | {answer}"));
        grading.Prompt(new(1, "poems", ["a {answer} }b", "c"]), new(1, "m", ["{question}", "d"]), null, 1).User.ShouldBe("{json} a {answer} }b | {question}");
    }

    [Theory]
    [InlineData("{question} {answer} {ref_answer_1}", "has the place {ref_answer_1}")]
    [InlineData("{question}", "no place {answer}")]
    [InlineData("{question} {answer", "single '{' at character 12")]
    [InlineData("{question} } {answer}", "single '}' at character 12")]
    [InlineData("{question} {} {answer}", "which is no name")]
    public void A_template_that_cannot_be_filled_is_named_with_its_line(string template, string message)
    {
        var error = Should.Throw<DataFormatException>(() => Read(Prompts(first: template)));
        error.Message.ShouldContain("judge_prompts.jsonl:1:1: the prompt single-v1 cannot be used");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void A_missing_prompt_and_one_of_another_kind_are_named()
    {
        Should.Throw<ZephyrException>(() => Read(Prompts()[..3])).Message.ShouldContain("no prompt single-math-v1-multi-turn");
        Should.Throw<DataFormatException>(() => Read(Prompts(kind: "pairwise"))).Message.ShouldContain("type must be single");
        Should.Throw<DataFormatException>(() => Read([.. Prompts(), Prompts()[0]])).Message.ShouldContain(":5:1: the prompt single-v1 is given twice");
    }

    [Fact]
    public void A_missing_turn_and_a_missing_reference_are_named()
    {
        var grading = Read(Prompts());
        var question = new MtBenchQuestion(7, "math", ["a", "b"]);
        Should.Throw<ZephyrException>(() => grading.Prompt(question, new(7, "m", ["x"]), null, 2)).Message.ShouldContain("answer of m to question 7 has 1 turns");
        Should.Throw<ZephyrException>(() => grading.Prompt(question, new(7, "m", ["x", "y"]), null, 1)).Message.ShouldContain("Question 7 is of the category math");
        Should.Throw<ZephyrException>(() => grading.Prompt(question, new(7, "m", ["x", "y"]), new(7, "r", ["x"]), 2)).Message.ShouldContain("turn 2 is needed");
    }

    [Theory]
    [InlineData("writing", 0.7)]
    [InlineData("roleplay", 0.7)]
    [InlineData("extraction", 0)]
    [InlineData("math", 0)]
    [InlineData("coding", 0)]
    [InlineData("reasoning", 0)]
    [InlineData("stem", 0.1)]
    [InlineData("humanities", 0.1)]
    [InlineData("arena-hard-200", 0)]
    [InlineData("poems", 0.7)]
    public void Temperatures_are_those_of_FastChat(string category, double temperature) => MtBenchCategories.Temperature(category).ShouldBe(temperature);

    private static string[] Prompts(string first = "{question} {answer}", string kind = "single") =>
    [
        Prompt("single-v1", kind, first),
        Prompt("single-v1-multi-turn", "single", "{question_1} {answer_1} {question_2} {answer_2}"),
        Prompt("single-math-v1", "single", "{question} {ref_answer_1} {answer}"),
        Prompt("single-math-v1-multi-turn", "single", "{question_1} {ref_answer_1} {answer_1} {question_2} {ref_answer_2} {answer_2}"),
    ];

    private static string Prompt(string name, string kind, string template) =>
        JsonSerializer.Serialize(new { name, type = kind, system_prompt = "s", prompt_template = template, output_format = "[[rating]]" });

    private SingleGrading Read(string[] lines)
    {
        var path = Path.Combine(_folder.Path, "judge_prompts.jsonl");
        File.WriteAllLines(path, lines);
        return SingleGrading.ReadFile(path);
    }
}
