namespace Zephyr.Experiments.Tests.EndToEnd;

/// <summary>Stages that compute in processes of their own, with the built program.</summary>
public sealed class SideBySideRecipeTests
{
    [Fact]
    public void A_sweep_side_by_side_has_the_bytes_of_one_run_after_the_other()
    {
        // Two seeds up to dSFT: two trainings at a time in the first repository, one after the other in the second.
        string[] sweep = ["run", "dsft", "--experiment", "mini", "--set", "seed=7,8", "--set", "dsft.epochs=1"];
        using var together = new RecipeRepository();
        using var alone = new RecipeRepository();
        var first = together.Json([.. sweep, "--jobs", "2"]);
        var second = alone.Json(sweep);
        var (outputs, expected) = (Outputs(first), Outputs(second));
        outputs.Count(output => output.Contains("dsft model/model.safetensors", StringComparison.Ordinal)).ShouldBe(2);
        outputs.ShouldBe(expected);
    }

    private static List<string> Outputs(System.Text.Json.JsonElement run) =>
    [
        .. run.GetProperty("members").EnumerateArray().SelectMany(member => member.GetProperty("stages").EnumerateArray().SelectMany(stage =>
            stage.GetProperty("outputs").EnumerateArray().Select(output =>
                $"{member.GetProperty("experiment")} {stage.GetProperty("name")} {output.GetProperty("path")} {output.GetProperty("sha256")}"))),
    ];
}
