using Zephyr.Core.World;

namespace Zephyr.Core.Tests.World;

public sealed class SimulatedTeachersTests
{
    [Fact]
    public void The_prompts_are_those_of_the_world_and_answers_depend_on_their_place_alone()
    {
        var world = WorldGenerator.Generate(new WorldOptions { Prompts = 300, HeldOutPrompts = 20 }, 5);
        var teachers = new SimulatedTeachers(300, 5);
        teachers.Prompts.Select(prompt => (prompt.Id, prompt.Messages[^1].Content)).ShouldBe(world.Train.Select(row => (row.Prompt.Id, row.Prompt.Messages[^1].Content)));
        var forward = Enumerable.Range(0, 300).Select(i => teachers.Answer("careful", i, 0)).ToList();
        var backward = Enumerable.Range(0, 300).Reverse().Select(i => teachers.Answer("careful", i, 0)).Reverse().ToList();
        backward.ShouldBe(forward);
        Should.Throw<ArgumentException>(() => teachers.Answer("nobody", 0, 0));
    }

    [Fact]
    public void The_careful_teacher_is_the_better_one()
    {
        var teachers = new SimulatedTeachers(400, 5);
        double Mean(string name) => Enumerable.Range(0, 400).Average(i => RubricJudge.Score(teachers.Prompts[i], teachers.Answer(name, i, 0)).Overall);
        Mean("careful").ShouldBeGreaterThan(Mean("flatterer") + 0.3);
    }
}
