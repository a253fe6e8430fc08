using System.Text;
using Zephyr.Experiments.Tests.Endpoints;

namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>The whole program with its feedback stage, in the synthetic world.</summary>
public sealed class FeedbackRecipeTests
{
    private const string Simulated = """
        extends: mini.yaml
        name: feedback
        feedback:
          teachers:
            - {name: careful, kind: simulated, model: careful}
            - {name: chatty, kind: simulated, model: chatty}
            - {name: hasty, kind: simulated, model: hasty}
            - {name: flatterer, kind: simulated, model: flatterer}
          judge: {kind: rubric}
          pairing: {pairs: best_against_worst}
        """;

    [Fact]
    public void Simulated_teachers_and_the_rubric_feed_the_whole_recipe()
    {
        using var repository = new RecipeRepository();
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "feedback.yaml"), Simulated);
        RecipeRepository.Statuses(repository.Json("plan", "--experiment=feedback")).Keys
            .ShouldBe(["download", "feedback", "tokenize", "dsft", "reference", "ddpo", "evaluate", "report"]);
        var run = repository.Json("run", "--experiment=feedback");
        RecipeRepository.Statuses(run).Values.ShouldAllBe(status => status == "ran");
        var counts = Counts(repository, "feedback");
        (counts["answers"], counts["answers.judged"], counts["conversations"]).ShouldBe((960, 960, 240));
        counts["pairs"].ShouldBeInRange(150, 240);
        var tokenized = Counts(repository, "tokenize");
        (tokenized["pairs"] + tokenized["pairs.dropped"]).ShouldBe(counts["pairs"]);
        (tokenized["sft"] + tokenized["sft.dropped"]).ShouldBe(240);
        tokenized["pairs.heldout"].ShouldBeGreaterThan(0);
        RecipeRepository.Statuses(repository.Json("run", "--experiment=feedback")).Values.ShouldAllBe(status => status == "cached");

        // Pairs keep the skill that their prompt is of, also where another experiment takes them as its data.
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "taken.yaml"), """
            extends: feedback.yaml
            name: taken
            feedback: null
            data:
              source: files
              held_out_fraction: 0.25
              sft: [{path: ../artifacts/experiments/feedback/feedback/data/sft.jsonl}]
              preferences: [{path: ../artifacts/experiments/feedback/feedback/data/preferences.jsonl}]
            evaluate: {judge: none}
            """);
        repository.Json("run", "evaluate", "--experiment=taken");
        var shown = repository.Json("evaluate", "preferences", "--model=ddpo", "--pairs=" + Path.Combine(repository.Folder, "artifacts", "experiments", "taken", "evaluate", "pairs.jsonl")).GetProperty("pairs");
        var sources = shown.GetProperty("by_source").EnumerateArray().ToDictionary(group => group.GetProperty("name").GetString()!, group => group.GetProperty("pairs").GetInt32());
        sources.Keys.ShouldBeSubsetOf(Zephyr.Core.World.Skills.All);
        sources.Count.ShouldBeGreaterThan(4);
        sources.Values.Sum().ShouldBe(shown.GetProperty("overall").GetProperty("pairs").GetInt32());

        // The model that came out answers beside a simulated teacher, in process.
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "own.yaml"), """
            extends: mini.yaml
            name: own
            feedback:
              sample: 20
              completions: 2
              truncated: keep
              teachers:
                - {name: careful, kind: simulated, model: careful}
                - {name: ours, kind: folder, folder: ../artifacts/experiments/feedback/dsft/model, max_tokens: 8, principles: [none]}
              judge: {kind: rubric}
            """);
        repository.Json("run", "feedback", "--experiment=own");
        var own = Counts(repository, "feedback", "own");
        (own["answers"], own["teacher.careful.answers"], own["teacher.ours.answers"] + own["answers.dropped.empty"]).ShouldBe((40, 20, 20));
        own["tokens.answered"].ShouldBeInRange(1, 20 * 8);
        var first = repository.Hash("../own/feedback/ultrafeedback.jsonl");
        repository.Json("run", "feedback", "--experiment=own", "--force=feedback");
        repository.Hash("../own/feedback/ultrafeedback.jsonl").ShouldBe(first);
    }

    [Fact]
    public async Task A_killed_run_pays_nothing_twice_and_ends_in_the_same_bytes_without_the_key_anywhere()
    {
        await using var server = await FakeChatServer.StartAsync();
        using var whole = Repository(server);
        var before = Cost(whole);
        (before.GetProperty("prompts").GetInt32(), before.GetProperty("paid").GetDecimal()).ShouldBe((60, 0));
        before.GetProperty("at_most").GetDecimal().ShouldBeGreaterThan(0);
        server.Requests.ShouldBeEmpty();
        Directory.Exists(Path.Combine(whole.Folder, "artifacts", "responses")).ShouldBeFalse("plan only reads");
        var expected = Files(whole);
        var after = Cost(whole);

        // 100 tokens at 1 and 50 at 2 a million.
        (after.GetProperty("prompts_stored").GetInt32(), after.GetProperty("paid").GetDecimal(), after.GetProperty("at_most").GetDecimal()).ShouldBe((60, 60 * 8 * 0.0002m, 0));
        var requests = server.Requests.Count;
        requests.ShouldBe(60 * 8);

        // A new repository knows no answers. What the server had sent when the program was killed is stored, but for the last few on their way.
        server.Requests.Clear();
        server.Delay = TimeSpan.FromMilliseconds(20);
        using var killed = Repository(server);
        foreach (var share in new[] { 0.3, 0.6 })
        {
            using var process = killed.Start("run", "feedback", "--experiment=feedback");
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            while (server.Requests.Count < share * requests && !process.HasExited)
            {
                await Task.Delay(10);
            }

            process.HasExited.ShouldBeFalse();
            process.Kill();
            await process.WaitForExitAsync();
            (await output + await error).ShouldNotContain(EndpointBed.Key);
        }

        Files(killed).ShouldBe(expected);
        var repeated = server.Requests.Select(request => request.ToJsonString()).GroupBy(body => body).Sum(group => group.Count() - 1);
        repeated.ShouldBeLessThanOrEqualTo(2 * 10, "only what was on its way at the two kills, at most ten requests each");
        foreach (var file in Directory.EnumerateFiles(killed.Folder, "*", SearchOption.AllDirectories))
        {
            File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(EndpointBed.Key)).ShouldBe(-1, file);
        }
    }

    private static RecipeRepository Repository(FakeChatServer server)
    {
        var repository = new RecipeRepository();
        repository.Variables["TEACHER_KEY"] = EndpointBed.Key;
        var teachers = string.Join("\n", "abcd".Select(name =>
            $"    - {{name: {name}, model: model-{name}, base_url: {server.Address}, key_variable: TEACHER_KEY, input_price: 1, output_price: 2, max_tokens: 100, concurrency: 2}}"));
        File.WriteAllText(Path.Combine(repository.Folder, "experiments", "feedback.yaml"), $"""
            extends: mini.yaml
            name: feedback
            feedback:
              teachers:
            {teachers}
              sample: 60
              judge: {"{"}model: judge, base_url: {server.Address}, key_variable: TEACHER_KEY, input_price: 1, output_price: 2, max_tokens: 100, concurrency: 2{"}"}
              pairing: {"{pairs: all_pairs}"}
            """);
        return repository;
    }

    private static System.Text.Json.JsonElement Cost(RecipeRepository repository) =>
        repository.Json("plan", "--cost", "--experiment=feedback").GetProperty("members")[0];

    private static Dictionary<string, string> Files(RecipeRepository repository) =>
        repository.Json("run", "feedback", "--experiment=feedback").GetProperty("stages").EnumerateArray()
            .Single(stage => stage.GetProperty("name").GetString() == "feedback").GetProperty("outputs").EnumerateArray()
            .ToDictionary(output => output.GetProperty("path").GetString()!, output => output.GetProperty("sha256").GetString()!);

    private static Dictionary<string, long> Counts(RecipeRepository repository, string stage, string experiment = "feedback") =>
        System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, long>>(
            File.ReadAllText(Path.Combine(repository.Folder, "artifacts", "experiments", experiment, stage, "counts.json")))!;
}
