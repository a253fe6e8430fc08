using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;

namespace Zephyr.Experiments.Tests.Running;

public sealed class PipelineTests
{
    [Fact]
    public void Names_the_circle() => Should.Throw<InvalidOperationException>(() => Pipeline.Create([Stage("a", "c"), Stage("b", "a"), Stage("c", "b")]))
        .Message.ShouldBe("Stages depend on each other in a circle: a → c → b → a.");

    [Fact]
    public void Names_an_unknown_dependency() => Should.Throw<InvalidOperationException>(() => Pipeline.Create([Stage("a", "x")]))
        .Message.ShouldBe("Stage a depends on x, which does not exist.");

    [Fact]
    public void Names_a_name_used_twice() => Should.Throw<InvalidOperationException>(() => Pipeline.Create([Stage("a"), Stage("a")]))
        .Message.ShouldBe("Two stages are named a.");

    [Fact]
    public void Puts_dependencies_first_and_stops_at_the_target()
    {
        var pipeline = Pipeline.Create([Stage("c", "b"), Stage("b", "a"), Stage("a"), Stage("d", "a")]);
        pipeline.Stages.Select(stage => stage.Name).ShouldBe(["a", "b", "c", "d"]);
        pipeline.UpTo("b").Select(stage => stage.Name).ShouldBe(["a", "b"]);
        Should.Throw<ConfigurationException>(() => pipeline.UpTo("dd")).Message.ShouldContain("there is no stage dd");
    }

    private static FakeStage Stage(string name, params string[] dependsOn) => new(name, dependsOn, [], (_, _) => Task.CompletedTask);
}
