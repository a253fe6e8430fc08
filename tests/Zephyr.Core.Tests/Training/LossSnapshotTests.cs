using System.Runtime.CompilerServices;
using Zephyr.Core.Models;
using Zephyr.Core.Training;

namespace Zephyr.Core.Tests.Training;

/// <summary>The first 20 losses of each training stage on a fixed set, float32 reference path: code that changes them must raise the stage's version.</summary>
public sealed class LossSnapshotTests
{
    [Fact]
    public void The_first_20_dsft_losses_are_those_of_the_recorded_version()
    {
        using var model = TinyRuns.Model(ComputeType.Float32, useFused: false);

        var summary = TinyRuns.RunDsft(model, TinyRuns.Dsft with { Epochs = 10, MaxSteps = 20 });

        Snapshot.ShouldMatch("dsft.losses", SftTrainer.Version, Losses(summary), Folder());
    }

    [Fact]
    public void The_first_20_ddpo_losses_are_those_of_the_recorded_version()
    {
        using var reference = TinyRuns.Model(ComputeType.Float32, useFused: false);
        using var model = TinyRuns.Model(ComputeType.Float32, useFused: false);

        var summary = TinyRuns.RunDdpo(model, reference, TinyRuns.Ddpo with { Epochs = 10, MaxSteps = 20 });

        Snapshot.ShouldMatch("ddpo.losses", DpoTrainer.Version, Losses(summary), Folder());
    }

    private static double[] Losses(TrainingSummary summary) => [.. summary.History.Select(step => step["loss"])];

    // The compiler's path map makes source paths relative to the project's root.
    private static string Folder([CallerFilePath] string path = "")
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Zephyr.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests run outside of the project.");
        }

        return Path.GetDirectoryName(path.Replace("/zephyr", root.FullName, StringComparison.Ordinal))!;
    }
}
