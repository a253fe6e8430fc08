using System.Text.Json;
using Zephyr.Core.World;

namespace Zephyr.Core.Tests.World;

public sealed class WorldFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("zephyr-world-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Held_out_prompts_come_back_as_they_were_and_are_judged_alike()
    {
        var world = WorldGenerator.Generate(new WorldOptions { Prompts = 200, HeldOutPrompts = 60 }, seed: 3);
        WorldFiles.Write(world, _folder.FullName);

        var read = WorldFiles.ReadHeldOut(PathOf(WorldFiles.HeldOut));

        read.Count.ShouldBe(60);
        for (var i = 0; i < read.Count; i++)
        {
            var row = world.HeldOut[i];
            read[i].Messages.ShouldBe(row.Prompt.Messages);
            foreach (var answer in row.Answers)
            {
                RubricJudge.Score(read[i], answer.Text).ShouldBe(answer.Scores);
            }
        }
    }

    [Fact]
    public void Files_hold_the_rows_the_statistics_count()
    {
        var world = WorldGenerator.Generate(new WorldOptions { Prompts = 200, HeldOutPrompts = 60 }, seed: 3);
        WorldFiles.Write(world, _folder.FullName);

        var statistics = WorldFiles.ReadStatistics(PathOf(WorldFiles.Statistics));

        File.ReadLines(PathOf(WorldFiles.Sft)).Count().ShouldBe(200);
        File.ReadLines(PathOf(WorldFiles.Ratings)).Count().ShouldBe(200);
        File.ReadLines(PathOf(WorldFiles.Preferences)).Count().ShouldBe(statistics.Pairs);
        File.ReadLines(PathOf(WorldFiles.HeldOutPreferences)).Count().ShouldBe(statistics.HeldOutPairs);
        File.ReadLines(PathOf(WorldFiles.HeldOutSft)).Count().ShouldBe(60);
    }

    [Fact]
    public void A_preference_line_has_the_fields_of_the_recipe()
    {
        var world = WorldGenerator.Generate(new WorldOptions { Prompts = 100, HeldOutPrompts = 20 }, seed: 3);
        WorldFiles.Write(world, _folder.FullName);

        using var line = JsonDocument.Parse(File.ReadLines(PathOf(WorldFiles.Preferences)).First());
        var root = line.RootElement;

        root.GetProperty("prompt")[0].GetProperty("role").GetString().ShouldBe("user");
        root.GetProperty("chosen").GetString().ShouldNotBeNullOrEmpty();
        root.GetProperty("rejected").GetString().ShouldNotBeNullOrEmpty();
        root.GetProperty("score_chosen").GetDouble().ShouldBeGreaterThan(root.GetProperty("score_rejected").GetDouble());
    }

    [Fact]
    public void A_broken_held_out_line_is_named_with_file_and_line()
    {
        var world = WorldGenerator.Generate(new WorldOptions { Prompts = 100, HeldOutPrompts = 20 }, seed: 3);
        WorldFiles.Write(world, _folder.FullName);
        var path = PathOf(WorldFiles.HeldOut);
        var lines = File.ReadAllLines(path);
        lines[4] = lines[4][..30];
        File.WriteAllLines(path, lines);

        var error = Should.Throw<ZephyrException>(() => WorldFiles.ReadHeldOut(path));

        error.Message.ShouldStartWith($"{path}:5:");
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);
}
