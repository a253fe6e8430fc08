using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>Same machine, same bits: every stage of the recipe, run again beside its stored result.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_runs_of_the_synthetic_experiment_are_byte_equal_in_every_stage(int threads)
    {
        using var repository = MicroRecipe.Make();
        repository.Json("run", MicroRecipe.Experiment, $"--set=model.threads={threads}");
        var probe = repository.Json("run", "--probe", MicroRecipe.Experiment, $"--set=model.threads={threads}");
        probe.GetProperty("stages").GetArrayLength().ShouldBe(7);
        probe.GetProperty("same").GetBoolean().ShouldBeTrue(probe.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_runs_of_the_real_model_are_byte_equal_in_every_stage(int threads)
    {
        var source = RecipeRepository.Source();
        var data = Environment.GetEnvironmentVariable("ZEPHYR_SHARED_DATA") ?? Path.GetFullPath(Path.Combine(source, "..", "shared", "data"));
        Assert.SkipUnless(Directory.Exists(data), $"needs real inputs in {data}");
        using var repository = new RecipeRepository();
        string[] experiment =
        [
            $"--experiment={Path.Combine(source, "tests", "experiments", "stories260k.yaml")}", $"--set=model.threads={threads}",
            "--set=dsft.max_steps=4", "--set=ddpo.max_steps=3",
        ];
        repository.Json(["run", .. experiment]);
        var probe = repository.Json(["run", "--probe", .. experiment]);
        probe.GetProperty("same").GetBoolean().ShouldBeTrue(probe.ToString());
    }
}
