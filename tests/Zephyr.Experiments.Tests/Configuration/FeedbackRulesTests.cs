using Zephyr.Experiments.Stages;

namespace Zephyr.Experiments.Tests.Configuration;

public sealed class FeedbackRulesTests
{
    private const string World = TestRepository.Small + "feedback:\n  teachers: [{name: a, kind: simulated, model: careful}]\n  judge: {kind: rubric}\n";

    [Fact]
    public void The_stage_is_there_only_when_its_section_is_and_stands_before_tokenize()
    {
        using var without = new TestRepository();
        using var with = new TestRepository(World);
        Names(without).ShouldBe(["download", "tokenize", "dsft", "reference", "ddpo", "evaluate", "report"]);
        Names(with).ShouldBe(["download", "feedback", "tokenize", "dsft", "reference", "ddpo", "evaluate", "report"]);

        static IEnumerable<string> Names(TestRepository repository) => StageCatalog.Recipe(repository.Load().Settings).Stages.Select(stage => stage.Name);
    }

    [Fact]
    public void How_an_endpoint_is_reached_and_what_it_costs_enters_no_key()
    {
        using var repository = new TestRepository(World.Replace("judge: {kind: rubric}", "judge: {model: gpt}"));
        string Key(params string[] sets) => repository.Plan([new FeedbackStage(repository.Load(sets).Settings)], sets).Single().Fingerprint!;
        var key = Key();
        Key("feedback.judge.base_url=http://127.0.0.1:1/v1", "feedback.judge.input_price=3", "feedback.budget=5", "feedback.judge.concurrency=2", "feedback.judge.key_variable=K").ShouldBe(key);
        Key("feedback.judge.model=other").ShouldNotBe(key);
        Key("feedback.judge.temperature=0.5").ShouldNotBe(key);
        Key("feedback.pairing.margin=1").ShouldNotBe(key);
        Key("data.world.pairs=5").ShouldBe(key);
    }

    [Theory]
    [InlineData("feedback.teachers: is empty", "feedback:\n  judge: {model: x}\n")]
    [InlineData("feedback.teachers: has two teachers of one name", "feedback:\n  teachers: [{name: a, model: x}, {name: a, model: y}]\n  judge: {model: x}\n")]
    [InlineData("feedback.judge.model: is missing", "feedback:\n  teachers: [{name: a, model: x}]\n")]
    [InlineData("feedback.teachers[0].folder: is missing", "feedback:\n  teachers: [{name: a, kind: folder}]\n  judge: {model: x}\n")]
    [InlineData("feedback.teachers[0].model: must be one of careful, chatty, hasty, flatterer", "feedback:\n  teachers: [{name: a, kind: simulated, model: x}]\n  judge: {model: x}\n")]
    [InlineData("feedback.teachers[0].base_url: must be https: the key would go to example.com in the clear", "feedback:\n  teachers: [{name: a, model: x, base_url: 'http://example.com/v1', key_variable: K}]\n  judge: {model: x}\n")]
    [InlineData("feedback.teachers[0].base_url: must hold no user", "feedback:\n  teachers: [{name: a, model: x, base_url: 'https://me:word@example.com/v1'}]\n  judge: {model: x}\n")]
    [InlineData("feedback.budget: has no meaning without prices", "feedback:\n  budget: 5\n  teachers: [{name: a, model: x}]\n  judge: {model: x}\n")]
    [InlineData("feedback.judge.kind: cannot be rubric", "feedback:\n  prompts: [{path: zephyr-tiny.yaml}]\n  teachers: [{name: a, model: x}]\n  judge: {kind: rubric}\n")]
    [InlineData("data.preferences: must be left out", "data: {source: files, sft: [{path: zephyr-tiny.yaml}], preferences: [{path: zephyr-tiny.yaml}]}\nevaluate: {judge: none}\nfeedback:\n  teachers: [{name: a, model: x}]\n  judge: {model: x}\n")]
    [InlineData("data.sft: is empty", "data: {source: files}\nevaluate: {judge: none}\nfeedback:\n  teachers: [{name: a, model: x}]\n  judge: {model: x}\n")]
    [InlineData("key_variable: must be the name of an environment variable", "feedback:\n  teachers: [{name: a, model: x, key_variable: 'sk-not a name'}]\n  judge: {model: x}\n")]
    public void What_does_not_fit_together_is_refused_before_anything_is_sent(string problem, string section)
    {
        using var repository = new TestRepository(TestRepository.Small + section);
        repository.Problems().ShouldContain(text => text.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_given_in_place_of_its_variable_is_not_repeated()
    {
        using var repository = new TestRepository(TestRepository.Small + "feedback:\n  teachers: [{name: a, model: x, key_variable: sk-not-to-be-shown}]\n  judge: {model: x}\n");
        var problem = repository.Problems().Single(text => text.Contains("key_variable", StringComparison.Ordinal));
        problem.ShouldNotContain("sk-not");
        problem.ShouldContain("OPENAI_API_KEY");
    }
}
