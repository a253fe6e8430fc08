using System.Text.Json.Nodes;
using Zephyr.Experiments.Commands;

namespace Zephyr.Experiments.Tests.Commands;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-evaluate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AlpacaEval_prints_the_documented_keys()
    {
        WriteAnnotations("1", "2", "null");
        var (code, output, _) = await Run("alpaca-eval", "--version", "1", "--annotations", "a.json", "--json");
        code.ShouldBe(0);
        var document = JsonNode.Parse(output)!.AsObject();
        document.Take(8).Select(pair => pair.Key).ShouldBe(
            ["win_rate", "standard_error", "n_total", "n_wins", "n_wins_base", "n_draws", "avg_length", "length_controlled_winrate"]);

        // Scores 0 and 1: mean 0.5, sample variance 0.5, standard error sqrt(0.5 / 2) = 0.5. Answers have 4 characters.
        ((double)document["win_rate"]!, (double)document["standard_error"]!, (int)document["n_total"]!, (int)document["avg_length"]!).ShouldBe((50, 50, 2, 4));
        document["length_controlled_winrate"].ShouldBeNull();
        (await Run("alpaca-eval", "--version", "1", "--annotations", "a.json")).Output.ShouldContain("m against b");
    }

    [Fact]
    public async Task MtBench_prints_the_documented_keys_with_the_categories_of_the_questions_beside_it()
    {
        File.WriteAllText(Path.Combine(_folder, "question.jsonl"), """{"question_id": 1, "category": "poems", "turns": ["a", "b"]}""");
        File.WriteAllText(Path.Combine(_folder, "j.jsonl"), """
            {"question_id": 1, "model": "m", "judge": ["j", "single-v1"], "score": 8, "turn": 1}
            {"question_id": 1, "model": "m", "judge": ["j", "single-v1-multi-turn"], "score": 5, "turn": 2}
            """);
        var (code, output, error) = await Run("mt-bench", "--judgments", "j.jsonl", "--model", "m", "--json");
        code.ShouldBe(0, error);
        var document = JsonNode.Parse(output)!.AsObject();
        document.Take(5).Select(pair => pair.Key).ShouldBe(["turn_1", "turn_2", "average", "count", "categories"]);
        ((double)document["turn_1"]!, (double)document["turn_2"]!, (double)document["average"]!, (int)document["count"]!).ShouldBe((8, 5, 6.5, 2));
        document["categories"]!.ToJsonString().ShouldBe("""{"poems":6.5}""");
        (await Run("mt-bench", "--judgments", "j.jsonl", "--model", "m")).Output.ShouldContain("poems     8.0000  5.0000  6.5000   2");
    }

    [Fact]
    public async Task Preferences_prints_one_document_with_the_parts_that_were_asked_for()
    {
        File.WriteAllText(Path.Combine(_folder, "p.jsonl"), """
            {"reward_chosen": 2, "reward_rejected": 1, "source": "x", "chosen_tokens": 9, "rejected_tokens": 4}
            {"reward_chosen": 0, "reward_rejected": 1, "source": "y", "chosen_tokens": 3, "rejected_tokens": 4}
            """);
        var (code, output, error) = await Run("preferences", "--pairs", "p.jsonl", "--json");
        code.ShouldBe(0, error);
        var document = JsonNode.Parse(output)!.AsObject();
        document.Select(pair => pair.Key).ShouldBe(["pairs", "agreement", "position"]);
        (document["agreement"], document["position"]).ShouldBe((null, null));
        var pairs = document["pairs"]!.AsObject();
        pairs.Select(pair => pair.Key).ShouldBe(["overall", "by_source", "length_unit", "by_length", "by_length_ratio", "length_bias", "calibration"]);
        ((double)pairs["overall"]!["accuracy"]!["rate"]!, (string?)pairs["length_unit"], pairs["by_source"]!.AsArray().Count).ShouldBe((0.5, "tokens", 2));

        WriteAnnotations("1", "2");
        File.Copy(Path.Combine(_folder, "a.json"), Path.Combine(_folder, "b.json"));
        var agreement = JsonNode.Parse((await Run("preferences", "--judgments", "a.json", "--against", "b.json", "--json")).Output)!["agreement"]!;
        ((string?)agreement["format"], (double)agreement["ratings"]!["kappa"]!["value"]!).ShouldBe(("alpaca_eval", 1));
        var table = (await Run("preferences", "--pairs", "p.jsonl", "--judgments", "a.json", "--against", "b.json")).Output;
        table.ShouldMatch(@"longer answer has the higher reward +1\.0000 +0\.3424 to 1\.0000 +2");
        table.ShouldMatch(@"Cohen's kappa +1\.0000 +1\.0000 to 1\.0000 +2");
    }

    [Fact]
    public async Task Bad_input_ends_with_1_and_its_place()
    {
        WriteAnnotations("3");
        var (code, output, error) = await Run("alpaca-eval", "--version", "2", "--annotations", "a.json", "--json");
        (code, output).ShouldBe((1, ""));
        error.ShouldContain("a.json:1:");
        (await Run("alpaca-eval", "--version", "2", "--annotations", "none.json")).Code.ShouldBe(1);
        (await Run("mt-bench", "--judgments", "none.jsonl", "--model", "m")).Code.ShouldBe(1);
        WriteAnnotations("1", "2");
        (await Run("alpaca-eval", "--version", "2", "--annotations", "a.json", "--instruction-difficulty", "none.csv", "--gamed-statistics", "none.json")).Code.ShouldBe(1);
    }

    [Theory]
    [InlineData("alpaca-eval", "--annotations", "a.json")]
    [InlineData("alpaca-eval", "--version", "3", "--annotations", "a.json")]
    [InlineData("alpaca-eval", "--version", "2")]
    [InlineData("alpaca-eval", "--version", "2", "--annotations", "a.json", "--instruction-difficulty", "d.csv")]
    [InlineData("alpaca-eval", "--version", "1", "--annotations", "a.json", "--instruction-difficulty", "d.csv", "--gamed-statistics", "s.json")]
    [InlineData("mt-bench", "--judgments", "j.jsonl")]
    [InlineData("mt-bench", "--judgments", "j.jsonl", "--model", "m", "--seed", "x")]
    [InlineData("preferences")]
    [InlineData("preferences", "--judgments", "a.json")]
    [InlineData("preferences", "--pairs", "p.jsonl", "--against", "a.json")]
    [InlineData("preferences", "--pair-judgments", "p.jsonl", "--judgments", "a.json", "--swapped", "a.json")]
    [InlineData("frob")]
    public async Task Bad_usage_ends_with_2(params string[] arguments) => (await Run(arguments)).Code.ShouldBe(2);

    [Fact]
    public async Task Bad_usage_points_to_the_help_of_the_whole_command() =>
        (await Run("mt-bench")).Error.ShouldContain("Try: zephyr evaluate mt-bench --help");

    private void WriteAnnotations(params string[] preferences) => File.WriteAllText(
        Path.Combine(_folder, "a.json"),
        "[" + string.Join(",", preferences.Select((preference, i) =>
            $$"""{"instruction": "i{{i}}", "output_1": "xy", "generator_1": "b", "output_2": "abcd", "generator_2": "m", "preference": {{preference}}}""")) + "]");

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter());
        var environment = new CommandEnvironment(_folder, _folder, TextReader.Null, output, error, TimeProvider.System);
        var code = await new ZephyrCommandLine(environment).RunAsync(["evaluate", .. arguments], TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
