using System.Diagnostics;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Reliability;

/// <summary>
/// Any I/O error is clean: the built program runs under strace, which makes the n-th call of a kind fail as on a full or broken disk. That
/// reaches every writer, the checkpoints of the trainers and SQLite included, and not only those behind our own interface. A few n for each
/// call; all of them up to <c>ZEPHYR_FAULTS</c> when that is set.
/// </summary>
public sealed class SystemCallFaultTests
{
    private const string Tracer = "/usr/bin/strace";

    [Theory]
    [InlineData("fsync", "EIO")]
    [InlineData("pwrite64", "ENOSPC")]
    [InlineData("rename", "EIO")]
    [InlineData("mkdir", "ENOSPC")]
    public void A_call_that_fails_ends_cleanly_and_the_next_run_has_the_bytes_of_an_undisturbed_one(string call, string error)
    {
        Assert.SkipUnless(File.Exists(Tracer), "needs strace (Debian's package strace)");
        using var whole = MicroRecipe.Make();
        whole.Json("run", MicroRecipe.Experiment);
        var expected = MicroRecipe.Hashes(whole);

        var failed = 0;
        foreach (var n in Instants())
        {
            using var repository = MicroRecipe.Make();
            var (code, message) = RunWithFault(repository, call, error, n);
            if (code == 0)
            {
                MicroRecipe.Hashes(repository).ShouldBe(expected, $"{call} {n}: {message}"); // the call was no more needed, or only tracking met it
            }
            else
            {
                failed++;
                code.ShouldBe(1, $"{call} {n}: {message}");
                message.ShouldContain(repository.Folder, customMessage: $"{call} {n} names no path");
                message.ShouldNotContain("   at ", Case.Sensitive, $"{call} {n} shows a stack trace");
            }

            var (next, _, text) = repository.Run("run", MicroRecipe.Experiment);
            next.ShouldBe(0, $"after {call} {n}: {text}");
            MicroRecipe.Hashes(repository).ShouldBe(expected, $"after {call} {n}");
            MicroRecipe.Leftovers(repository).ShouldBeEmpty();
        }

        failed.ShouldBeGreaterThan(0, $"no {call} failed: the test met nothing");
    }

    private static IEnumerable<int> Instants() => MicroRecipe.Setting("ZEPHYR_FAULTS", 0) is > 0 and var all ? Enumerable.Range(1, all) : [2, 9, 40];

    private static (int ExitCode, string Text) RunWithFault(RecipeRepository repository, string call, string error, int n)
    {
        var start = new ProcessStartInfo(Tracer)
        {
            ArgumentList =
            {
                "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:error={error}:when={n}",
                RecipeRepository.Zephyr, "run", MicroRecipe.Experiment,
            },
            WorkingDirectory = repository.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["MLFLOW_TRACKING_URI"] = "";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + output.Result);
    }
}
