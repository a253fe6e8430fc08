using System.Diagnostics;
using System.Text.Json;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>Concurrent runs never corrupt: 2 to 16 processes on one store.</summary>
public sealed class ConcurrentProcessTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public async Task Processes_on_one_experiment_take_turns_and_every_stage_runs_once(int count)
    {
        using var whole = MicroRecipe.Make();
        whole.Json("run", "tokenize", MicroRecipe.Experiment);
        using var repository = MicroRecipe.Make();
        var runs = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => RunAsync(repository, "run", "tokenize", MicroRecipe.Experiment, "--json")));

        runs.ShouldAllBe(run => run.ExitCode == 0);
        var statuses = runs.SelectMany(run => RecipeRepository.Statuses(JsonDocument.Parse(run.Output).RootElement)).ToList();
        statuses.Count(stage => stage.Value == "ran").ShouldBe(2); // download and tokenize, each once
        statuses.Count(stage => stage.Value == "cached").ShouldBe((2 * count) - 2);
        runs.Count(run => run.Error.Contains("waiting for experiment micro, in use by process", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        MicroRecipe.Hashes(repository).ShouldBe(MicroRecipe.Hashes(whole));
        MicroRecipe.Leftovers(repository).ShouldBeEmpty();
        repository.Run("verify").ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Processes_on_experiments_with_common_stages_share_them()
    {
        using var repository = MicroRecipe.Make();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            RunAsync(repository, "run", "tokenize", MicroRecipe.Experiment, $"--set=name=other-{i}", $"--set=tokenize.max_length={180 + i}", "--json")));

        runs.ShouldAllBe(run => run.ExitCode == 0);
        var statuses = runs.SelectMany(run => RecipeRepository.Statuses(JsonDocument.Parse(run.Output).RootElement)).ToList();
        statuses.Count(stage => stage is { Key: "download", Value: "ran" }).ShouldBe(1);
        statuses.Count(stage => stage is { Key: "tokenize", Value: "ran" }).ShouldBe(4);
        repository.Run("verify").ExitCode.ShouldBe(0);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(RecipeRepository repository, params string[] arguments)
    {
        using Process process = repository.Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
