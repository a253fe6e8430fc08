using System.Diagnostics;
using Zephyr.Core.Randomness;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>
/// kill -9 loses nothing: the whole recipe is killed at random instants, over and over, until it has ended in spite of that; then its
/// files must be those of a run that nobody killed. 50 kills, or as many as <c>ZEPHYR_KILLS</c> says (1,000 before a release).
/// </summary>
public sealed class RandomKillTests
{
    private const int Lanes = 2;
    private const int Share = 4;
    private const double Growth = 1.05;

    [Fact]
    public async Task A_recipe_killed_at_random_instants_ends_with_the_bytes_of_an_uninterrupted_one()
    {
        var watch = Stopwatch.StartNew();
        using var whole = MicroRecipe.Make();
        whole.Json("run", MicroRecipe.Experiment);
        var length = watch.Elapsed;
        var expected = MicroRecipe.Hashes(whole);
        expected.Length.ShouldBeGreaterThan(30);

        var kills = MicroRecipe.Setting("ZEPHYR_KILLS", 50);
        var lanes = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => Lane(lane, (kills + Lanes - 1) / Lanes, length, expected))));
        lanes.Sum(lane => lane.Kills).ShouldBeGreaterThanOrEqualTo(kills);
        lanes.Sum(lane => lane.Ended).ShouldBeGreaterThanOrEqualTo(Lanes);
        TestContext.Current.SendDiagnosticMessage($"{lanes.Sum(lane => lane.Kills)} kills, {lanes.Sum(lane => lane.Ended)} recipes ended");
    }

    private static (int Kills, int Ended) Lane(int lane, int kills, TimeSpan length, string[] expected)
    {
        var random = new SeededRandom(11, $"kills/{lane}");
        var (done, ended) = (0, 0);
        while (done < kills)
        {
            using var repository = MicroRecipe.Make();
            var longest = length / Share;
            for (var finished = false; !finished;)
            {
                using var process = repository.Start("run", MicroRecipe.Experiment, "--no-wait");
                var output = process.StandardOutput.ReadToEndAsync();
                var error = process.StandardError.ReadToEndAsync();

                // Long enough to get somewhere in most attempts, short enough to be killed many times on the way through all stages.
                finished = process.WaitForExit(TimeSpan.FromMilliseconds(random.NextInt((int)longest.TotalMilliseconds)));
                if (finished)
                {
                    process.ExitCode.ShouldBe(0, error.Result);
                    ended++;
                }
                else
                {
                    process.Kill();
                    process.WaitForExit();
                    longest *= Growth; // on a machine that has become busy, too, recipes get to their end
                    if (++done >= kills)
                    {
                        repository.Json("run", MicroRecipe.Experiment, "--no-wait"); // no lock is left to wait for
                        (finished, ended) = (true, ended + 1);
                    }
                }

                _ = output.Result;
            }

            MicroRecipe.Hashes(repository).ShouldBe(expected);
            MicroRecipe.Leftovers(repository).ShouldBeEmpty();
            repository.Run("verify").ExitCode.ShouldBe(0);
        }

        return (done, ended);
    }
}
