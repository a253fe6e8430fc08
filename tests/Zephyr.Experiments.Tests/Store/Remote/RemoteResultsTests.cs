using Zephyr.Core;
using Zephyr.Experiments.Http;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Remote;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>Two machines are two repositories; what they share is a folder or a bucket.</summary>
public sealed class RemoteResultsTests : IDisposable
{
    private readonly string _shared = Directory.CreateTempSubdirectory("zephyr-shared-").FullName;
    private readonly List<string> _notes = [];

    [Fact]
    public async Task What_one_machine_computed_another_fetches_in_place_of_computing_it()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        var made = await RunAsync(one, FakeStage.Chain(), push: true);
        var stages = FakeStage.Chain();
        var run = await RunAsync(two, stages);
        run.Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        stages.ShouldAllBe(stage => stage.Runs == 0);
        two.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        run.Stages.Select(stage => stage.Manifest!.RunId).ShouldBe(made.Stages.Select(stage => stage.Manifest!.RunId));
        Directory.EnumerateFileSystemEntries(two.Store.Folders.Arriving).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(_shared, "incoming")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bucket_does_the_same_through_busy_answers_and_cut_connections()
    {
        await using var server = await FakeS3.StartAsync();
        IRemoteStore Bucket() => new S3RemoteStore($"s3://{FakeS3.Bucket}", S3RemoteStoreTests.Variables(server.Endpoint, FakeS3.Secret));
        using var one = new TestRepository();
        using var two = new TestRepository();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        server.Fault = request => { lock (seen) { return seen.Add(request) ? S3Fault.Busy : null; } };
        await RunAsync(one, FakeStage.Chain(), push: true, remote: Bucket());
        server.Fault = request => { lock (seen) { return request.StartsWith("GET objects/", StringComparison.Ordinal) && seen.Add("cut " + request) ? S3Fault.Cut : null; } };
        var stages = FakeStage.Chain();
        await RunAsync(two, stages, remote: Bucket());
        stages.ShouldAllBe(stage => stage.Runs == 0);
        two.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        seen.Count(request => request.StartsWith("cut ", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Theory]
    [InlineData("flip", "is damaged: its SHA-256 is ")]
    [InlineData("truncate", "has 3 bytes there in place of ")]
    [InlineData("empty", "has 0 bytes there in place of ")]
    [InlineData("longer", "bytes there in place of ")]
    [InlineData("delete", "is missing there although its manifest is there")]
    public async Task A_damaged_object_there_is_refused_by_name_and_the_stage_runs(string damage, string message)
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        var made = await RunAsync(one, FakeStage.Chain(), push: true);
        var sha = made.Stages[1].Outputs[0].Sha256;
        Damage(Path.Combine(_shared, "objects", sha[..2], sha), damage);
        var stages = FakeStage.Chain();
        (await RunAsync(two, stages)).Status.ShouldBe(RunStatus.Finished);
        stages.Select(stage => stage.Runs).ShouldBe([0, 1, 0]);
        _notes.ShouldContain(note => note.Contains("rows.txt", StringComparison.Ordinal) && note.Contains(message, StringComparison.Ordinal) && note.Contains("cut is computed here", StringComparison.Ordinal));
        two.Store.Find(made.Stages[1].Manifest!.Key.Fingerprint).Damage.ShouldBeNull();
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("empty")]
    [InlineData("other stage")]
    [InlineData("escape")]
    public async Task A_manifest_there_that_is_not_what_it_should_be_is_refused_and_the_stage_runs(string damage)
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        var made = await RunAsync(one, FakeStage.Chain(), push: true);
        var manifest = made.Stages[1].Manifest!;
        var path = Path.Combine(_shared, "stages", manifest.Key.Fingerprint + ".json");
        switch (damage)
        {
            case "other stage": // whole, but of another fingerprint
                File.Copy(Path.Combine(_shared, "stages", made.Stages[2].Manifest!.Key.Fingerprint + ".json"), path, overwrite: true);
                break;
            case "escape": // its checksum fits: made by one who means harm
                File.WriteAllBytes(path, (manifest with { Outputs = [manifest.Outputs[0] with { Path = "../../../../escaped" }] }).Write());
                break;
            default:
                Damage(path, damage);
                break;
        }

        var stages = FakeStage.Chain();
        (await RunAsync(two, stages)).Status.ShouldBe(RunStatus.Finished);
        stages.Select(stage => stage.Runs).ShouldBe([0, 1, 0]);
        _notes.ShouldContain(note => note.Contains("is refused: ", StringComparison.Ordinal) && note.Contains("cut is computed here", StringComparison.Ordinal));
        Directory.EnumerateFiles(two.Folder, "escaped*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shared_store_that_is_away_is_asked_once_in_a_run_and_everything_is_computed()
    {
        using var two = new TestRepository();
        var remote = new AwayStore();
        var stages = FakeStage.Chain();
        (await RunAsync(two, stages, remote: remote)).Status.ShouldBe(RunStatus.Finished);
        stages.ShouldAllBe(stage => stage.Runs == 1);
        remote.Asked.ShouldBe(3); // the first stage, with two more tries
        _notes.ShouldHaveSingleItem().ShouldContain("the shared store is not asked again in this run");
    }

    [Fact]
    public async Task A_fetch_that_was_cut_off_is_gone_on_with_and_verified_as_a_whole()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        var made = await RunAsync(one, FakeStage.Chain(), push: true);
        var output = made.Stages[0].Outputs[0];
        var arriving = Path.Combine(two.Store.Folders.Arriving, made.Stages[0].Manifest!.Key.Fingerprint);
        Directory.CreateDirectory(arriving);
        File.WriteAllText(Path.Combine(arriving, output.Sha256), "20"); // of 20000
        var stages = FakeStage.Chain();
        await RunAsync(two, stages);
        stages[0].Runs.ShouldBe(0);
        two.View("prompts/a/prompts.txt").ShouldBe("20000");
    }

    [Fact]
    public async Task A_forced_stage_is_computed_although_the_shared_store_has_it()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        await RunAsync(one, FakeStage.Chain(), push: true);
        var stages = FakeStage.Chain();
        await RunAsync(two, stages, options: new RunOptions { Force = ["train"] });
        stages.Select(stage => stage.Runs).ShouldBe([0, 0, 1]);
    }

    [Fact]
    public async Task Another_result_of_the_same_inputs_stays_there_unless_forced()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        FakeStage Random(string text) => new("train", [], [], (context, _) => FakeStage.Put(context, "model", text));
        await RunAsync(one, [Random("one")], push: true);
        var run = await two.RunAsync([Random("two")]);
        using var results = Results(two, new FolderRemoteStore(_shared, new PhysicalFileSystem()), push: true);
        (await results.SendAsync(run.Stages[0].Manifest!, again: false, default)).ShouldBe(0);
        _notes.ShouldContain(note => note.Contains("has another result of the same inputs and settings, which stays", StringComparison.Ordinal));
        (await results.SendAsync(run.Stages[0].Manifest!, again: true, default)).ShouldBe(3);
    }

    [Fact]
    public async Task What_a_killed_process_left_on_the_way_is_removed_by_the_next_that_sends_a_day_later()
    {
        var incoming = Directory.CreateDirectory(Path.Combine(_shared, "incoming")).FullName;
        var (old, fresh) = (Path.Combine(incoming, "old"), Path.Combine(incoming, "fresh"));
        File.WriteAllText(old, "half of an object");
        File.WriteAllText(fresh, "half of another, of a process that still writes");
        File.SetLastWriteTimeUtc(old, File.GetLastWriteTimeUtc(fresh).AddHours(-25));
        File.SetLastWriteTimeUtc(fresh, File.GetLastWriteTimeUtc(fresh).AddHours(-23));
        using var one = new TestRepository();
        await RunAsync(one, FakeStage.Chain(), push: true);
        Directory.EnumerateFiles(incoming).ShouldBe([fresh]);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_not_made() =>
        Should.Throw<RemoteStoreException>(() => new FolderRemoteStore(Path.Combine(_shared, "unmounted"), new PhysicalFileSystem())).Message.ShouldContain("mount it, or make the folder once by hand");

    [Fact]
    public async Task A_damaged_object_here_is_not_sent()
    {
        using var one = new TestRepository();
        var made = await one.RunAsync(FakeStage.Chain());
        Damage(one.Store.Folders.Object(made.Stages[1].Outputs[0].Sha256), "flip");
        one.Store.Files.Seal(one.Store.Folders.Object(made.Stages[1].Outputs[0].Sha256));
        using var results = Results(one, new FolderRemoteStore(_shared, new PhysicalFileSystem()), push: true);
        (await Should.ThrowAsync<ZephyrException>(() => results.SendAsync(made.Stages[1].Manifest!, again: false, default))).Message.ShouldContain("was not sent: run zephyr verify");
        Directory.Exists(Path.Combine(_shared, "stages")).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_shared, recursive: true);

    private RemoteResults Results(TestRepository repository, IRemoteStore remote, bool push) =>
        new(repository.Store, remote, TransientRetry.Create(2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new InstantTime()), note => { lock (_notes) { _notes.Add(note); } }) { Push = push };

    private async Task<RunResult> RunAsync(TestRepository repository, FakeStage[] stages, bool push = false, IRemoteStore? remote = null, RunOptions? options = null)
    {
        using var results = Results(repository, remote ?? new FolderRemoteStore(_shared, new PhysicalFileSystem()), push);
        var services = new RunServices(new NullRunTracker(), new LineDisplay(repository.Shown, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe) { Remote = results };
        var run = await new PipelineRunner(Pipeline.Create(stages), repository.Store, services, repository.Folder).RunAsync(repository.Load(), options ?? new RunOptions(), CancellationToken.None);
        results.Failures.ShouldBeEmpty();
        return run;
    }

    private static void Damage(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        switch (how)
        {
            case "flip":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "truncate":
                bytes = bytes[..3];
                break;
            case "empty":
                bytes = [];
                break;
            case "longer":
                bytes = [.. bytes, 0];
                break;
            default:
                return;
        }

        File.WriteAllBytes(path, bytes);
    }

    private sealed class AwayStore : IRemoteStore
    {
        public int Asked { get; private set; }

        public string Address => "s3://away";

        public Task<long?> SizeAsync(string name, CancellationToken cancellationToken) => throw Away();

        public Task<RemoteFile?> OpenAsync(string name, long offset, CancellationToken cancellationToken) => throw Away();

        public Task PutAsync(string name, string path, CancellationToken cancellationToken) => throw Away();

        public void Dispose()
        {
        }

        private RemoteStoreException Away()
        {
            Asked++;
            return new RemoteStoreException("s3://away cannot be reached.") { IsTransient = true };
        }
    }
}
