using Zephyr.Core;
using Zephyr.Experiments.Tracking;
using static Zephyr.Experiments.Tests.Tracking.TrackingJournalTests;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class MlrunsExportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Runs_are_written_as_files_with_one_line_for_each_point()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        var (sha256, size) = new ArtifactFolder(_folder.Path).Keep(_folder.File("r.html", "hello"));
        journal.Append(
        [
            new(Run("a", experiment: "it's tiny"), null), Param("ddpo.beta", "0.1"),
            Metric("a", 1, 0.1, "rewards/chosen"), Metric("a", 1, 0.1, "rewards/chosen"), Metric("a", 2, double.NaN, "rewards/chosen"),
            new(null, new TrackingRecord(0, "a", RecordKind.Artifact, "../../r.html", sha256, 0, 1, size)),
            new(null, new TrackingRecord(0, "a", RecordKind.End, "", "Killed", 0, 1234, 0)),
        ]);
        var target = Path.Combine(_folder.Path, "mlruns");
        new MlrunsExport(journal).Write(target).ShouldBe(1);

        var home = Directory.GetDirectories(target).ShouldHaveSingleItem();
        File.ReadAllText(Path.Combine(home, "meta.yaml")).ShouldContain("name: 'it''s tiny'\n");
        var meta = File.ReadAllText(Path.Combine(home, "a", "meta.yaml"));
        meta.ShouldContain("status: 5\n");
        meta.ShouldContain("end_time: 1234\n");
        File.ReadAllText(Path.Combine(home, "a", "metrics", "rewards", "chosen")).ShouldBe("1001 0.1 1\n1002 nan 2\n");
        File.ReadAllText(Path.Combine(home, "a", "params", "ddpo.beta")).ShouldBe("0.1");
        File.ReadAllText(Path.Combine(home, "a", "tags", "mlflow.runName")).ShouldBe("a");
        // A name cannot climb out of the run's folder.
        File.ReadAllText(Path.Combine(home, "a", "artifacts", "_", "_", "r.html")).ShouldBe("hello");
    }

    [Fact]
    public void A_folder_that_holds_something_is_refused_because_lines_would_double()
    {
        using var journal = TrackingJournal.Open(_folder.Path);
        Should.Throw<ZephyrException>(() => new MlrunsExport(journal).Write(_folder.Path)).Message.ShouldContain("not empty");
    }
}
