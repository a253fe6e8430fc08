using System.Text.Json.Nodes;
using Zephyr.Core.Data;
using Zephyr.Core.Evaluation.MtBench;

namespace Zephyr.Core.Tests.Evaluation.MtBench;

public sealed class MtBenchFileWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Answers_come_back_as_written_and_have_every_key_of_FastChat()
    {
        MtBenchAnswer[] answers = [new(81, "m", ["ü \"quoted\"\n", ""]), new(82, "m", ["one"])];
        var path = Path.Combine(_folder.Path, "model_answer", "m.jsonl");
        MtBenchFileWriter.WriteAnswers(path, answers);
        var read = MtBenchAnswer.ReadFile(path);
        read.Select(answer => (answer.QuestionId, answer.Model)).ShouldBe([(81, "m"), (82, "m")]);
        read[0].Turns.ShouldBe(answers[0].Turns);

        var row = JsonNode.Parse(File.ReadLines(path).First())!.AsObject();
        row.Select(pair => pair.Key).ShouldBe(["question_id", "answer_id", "model_id", "choices", "tstamp"]);
        row["choices"]![0]!.AsObject().Select(pair => pair.Key).ShouldBe(["index", "turns"]);
        ((string)row["answer_id"]!).Length.ShouldBe(22);

        var bytes = File.ReadAllBytes(path);
        MtBenchFileWriter.WriteAnswers(path, answers);
        File.ReadAllBytes(path).ShouldBe(bytes);
    }

    [Fact]
    public void Judgments_of_others_stay_as_they_are_and_those_of_the_same_model_and_judge_are_replaced()
    {
        var path = Path.Combine(_folder.Path, "gpt-4_single.jsonl");
        const string Other = """{"question_id": 81,  "model": "other", "judge": ["gpt-4", "single-v1"], "score": 3.5, "turn": 1, "tstamp": 1.5}""";
        const string OtherJudge = """{"question_id": 81,  "model": "m", "judge": ["gpt-5", "single-v1"], "score": 4, "turn": 1, "tstamp": 1.5}""";
        File.WriteAllText(path, Other + "\n" + OtherJudge + "\n");
        MtBenchFileWriter.WriteJudgments(path, "m", "gpt-4", [Row(8)]);
        MtBenchFileWriter.WriteJudgments(path, "m", "gpt-4", [Row(9.5), Row(JudgeRating.None)]);

        var lines = File.ReadAllLines(path);
        lines[..2].ShouldBe([Other, OtherJudge]);
        lines.Length.ShouldBe(4);
        JsonNode.Parse(lines[2])!.ToJsonString().ShouldBe(
            """{"question_id":81,"model":"m","judge":["gpt-4","single-v1"],"user_prompt":"asked","judgment":"said","score":9.5,"turn":1,"tstamp":0}""");
        MtBenchJudgment.ReadFile(path).Select(row => row.Score).ShouldBe([3.5, 4, 9.5, -1]);
    }

    [Fact]
    public void A_file_that_is_none_of_judgments_is_not_overwritten()
    {
        var path = Path.Combine(_folder.Path, "j.jsonl");
        File.WriteAllText(path, "{\"something\": \"else\"}\n");
        Should.Throw<DataFormatException>(() => MtBenchFileWriter.WriteJudgments(path, "m", "gpt-4", [Row(8)]));
        File.ReadAllText(path).ShouldContain("something");
    }

    private static GradedTurn Row(double score) => new(81, "m", "gpt-4", new GradingPrompt("single-v1", "system", "asked"), "said", score, 1);
}
