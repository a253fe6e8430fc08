using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Tests.Evaluation.MtBench;

public sealed class MtBenchFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_published_questions_have_the_fixed_categories()
    {
        var questions = MtBenchQuestion.ReadFile(SharedData.Folder("mt-bench/question.jsonl"));
        questions.ToDictionary(question => question.Id, question => question.Category).ShouldBe(MtBenchCategories.Published, ignoreOrder: true);
        questions.ShouldAllBe(question => question.Turns.Count == 2);
    }

    [Fact]
    public void Every_question_of_the_three_categories_has_a_reference_and_every_turn_a_prompt()
    {
        var folder = SharedData.Folder("mt-bench");
        var references = MtBenchAnswer.ReadFile(Path.Combine(folder, "reference_answer", "gpt-4.jsonl"));
        references.Select(answer => answer.QuestionId).Order().ShouldBe(
            MtBenchCategories.Published.Where(pair => MtBenchCategories.NeedsReference(pair.Value)).Select(pair => pair.Key).Order());
        references.ShouldAllBe(answer => answer.Model == "gpt-4" && answer.Turns.Count == 2);

        var prompts = JudgePrompt.ReadFile(Path.Combine(folder, "judge_prompts.jsonl"));
        foreach (var name in MtBenchCategories.Names.SelectMany(category => new[] { JudgePrompt.NameFor(category, 1), JudgePrompt.NameFor(category, 2) }))
        {
            prompts[name].Kind.ShouldBe("single");
        }

        prompts["single-math-v1"].Template.ShouldContain("{ref_answer_1}");
        JudgePrompt.NameFor("coding", 2).ShouldBe("single-math-v1-multi-turn");
        JudgePrompt.NameFor("stem", 1).ShouldBe("single-v1");
    }

    [Fact]
    public void A_judgment_without_a_score_is_rated_from_its_text()
    {
        var path = Write("""{"question_id": 81, "model": "m", "judge": ["j", "single-v1"], "judgment": "Rating: [[4]]", "score": null, "turn": 1}""");
        var judgment = MtBenchJudgment.ReadFile(path).ShouldHaveSingleItem();
        (judgment.Score, judgment.Judge).ShouldBe((4, "j"));
    }

    [Theory]
    [InlineData("{", "1:2")]
    [InlineData("[]", "1:1: a judgment must be an object")]
    [InlineData("{\"question_id\": 81, \"model\": \"m\", \"score\": 1, \"turn\": 1}\n{\"model\": 5}", "2:11")]
    [InlineData("{\"question_id\": 81, \"model\": \"m\", \"turn\": 1}", "no 'score'")]
    [InlineData("{\"turn\": 3}", "1:10")]
    [InlineData("{\"score\": -2}", "-1 when the judge gave no rating")]
    public void A_fault_is_named_with_its_place(string line, string message)
    {
        var path = Write(line);
        var error = Should.Throw<DataFormatException>(() => MtBenchJudgment.ReadFile(path));
        error.Message.ShouldStartWith(path);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void Faults_of_the_other_files_are_named_too()
    {
        Should.Throw<DataFormatException>(() => MtBenchQuestion.ReadFile(Write("{\"question_id\": 1}"))).Message.ShouldContain("no 'category'");
        Should.Throw<DataFormatException>(() => MtBenchAnswer.ReadFile(Write("{\"question_id\": 1, \"model_id\": \"m\", \"choices\": []}"))).Message.ShouldContain("choices[0].turns");
        Should.Throw<DataFormatException>(() => JudgePrompt.ReadFile(Write("{\"name\": \"a\"}"))).Message.ShouldContain("no 'type'");
    }

    [Theory]
    [InlineData("{\"question_id\": 1, \"category\": \"a\", \"turns\": []}", "1:47: 'turns' is empty")]
    [InlineData("{\"question_id\": 1, \"category\": \"a\", \"turns\": [\"b\"]}\n{\"question_id\": 1, \"category\": \"a\", \"turns\": [\"b\"]}", "2:1: question 1 is given twice")]
    [InlineData("{\"required_temperature\": -1}", "must be 0 or more")]
    [InlineData("", "no questions")]
    public void A_question_that_cannot_be_asked_is_named(string lines, string message) =>
        Should.Throw<ZephyrException>(() => MtBenchQuestion.ReadFile(Write(lines))).Message.ShouldContain(message);

    [Fact]
    public void An_answer_given_twice_is_named()
    {
        const string Line = """{"question_id": 1, "model_id": "m", "choices": [{"turns": ["a"]}]}""";
        Should.Throw<DataFormatException>(() => MtBenchAnswer.ReadFile(Write($"{Line}\n{Line}"))).Message.ShouldContain("2:1: the answer of m to question 1 is given twice");
    }

    private string Write(string text)
    {
        var path = Path.Combine(_folder.Path, "f.jsonl");
        File.WriteAllText(path, text);
        return path;
    }
}
