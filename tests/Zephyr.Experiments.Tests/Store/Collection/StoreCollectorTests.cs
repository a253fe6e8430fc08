using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Store.Collection;

namespace Zephyr.Experiments.Tests.Store.Collection;

public sealed class StoreCollectorTests
{
    [Fact]
    public async Task Without_options_what_no_last_run_used_goes_and_the_rest_is_kept_with_the_reason()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages, "ddpo.beta=0.2");
        await repository.RunAsync(stages);
        var plan = Find(repository, new CollectionRequest());
        plan.Garbage.Where(item => item.Result is not null).ShouldHaveSingleItem().Reason.ShouldBe("no experiment's last run used it");
        plan.Kept.Count.ShouldBe(3);
        plan.Kept.ShouldAllBe(item => item.Reason == "the last run of zephyr-tiny used it");
        new StoreCollector(repository.Store, TimeProvider.System).Remove(plan);
        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        repository.Plan(stages, "ddpo.beta=0.2")[2].Status.ShouldBe("run");
        Find(repository, new CollectionRequest()).Garbage.ShouldBeEmpty();
    }

    [Fact]
    public async Task By_age_only_what_was_last_used_longer_ago_goes_and_going_back_to_a_result_is_a_use()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        foreach (var beta in new[] { "0.2", "0.3", "0.1" })
        {
            await repository.RunAsync(stages, $"ddpo.beta={beta}");
        }

        foreach (var manifest in StoredManifests.Paths(repository.Store.Folders))
        {
            File.SetLastWriteTimeUtc(manifest, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-40));
        }

        await repository.RunAsync(stages, "ddpo.beta=0.2");
        await repository.RunAsync(stages);
        var plan = Find(repository, new CollectionRequest { OlderThan = TimeSpan.FromDays(30) });
        Beta(plan.Garbage.Where(item => item.Result is not null).ShouldHaveSingleItem().Result!).ShouldBe(0.3);
        plan.Kept.Single(item => Beta(item.Result) == 0.2).Reason.ShouldBe("used 0 days ago");
    }

    [Fact]
    public async Task By_size_the_result_used_longest_ago_goes_first_and_no_more_than_needed()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        string[] betas = ["0.2", "0.3", "0.4", "0.1"];
        foreach (var (day, beta) in betas.Index())
        {
            var run = await repository.RunAsync(stages, $"ddpo.beta={beta}");
            File.SetLastWriteTimeUtc(repository.Store.Folders.Manifest(run.Stages[2].Manifest!.Key.Fingerprint), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(day - 10));
        }

        var all = Find(repository, new CollectionRequest { Keep = long.MaxValue });
        all.Garbage.ShouldBeEmpty();
        var plan = Find(repository, new CollectionRequest { Keep = all.BytesAfter - 1 });
        Beta(plan.Garbage.ShouldHaveSingleItem().Result!).ShouldBe(0.2);
        plan.BytesAfter.ShouldBeLessThan(all.BytesAfter);
        plan.Kept.Count(item => item.Reason == "the store is small enough without removing it").ShouldBe(2);
        Find(repository, new CollectionRequest { Keep = 0 }).Kept.Select(item => item.Reason).Distinct().ShouldBe(["the last run of zephyr-tiny used it"]);
    }

    [Fact]
    public async Task Dropping_an_experiment_removes_its_records_views_and_what_only_it_used()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        await repository.RunAsync(stages, "name=other", "ddpo.beta=0.2");
        var plan = Find(repository, new CollectionRequest { Experiments = ["other"] });
        plan.Garbage.Where(item => item.Result is not null).ShouldHaveSingleItem().Reason.ShouldBe("only dropped experiments used it");
        new StoreCollector(repository.Store, TimeProvider.System).Remove(plan);
        Directory.Exists(Path.Combine(repository.Store.Folders.Experiments, "other")).ShouldBeFalse();
        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        StoredManifests.Paths(repository.Store.Folders).Count.ShouldBe(3);
    }

    [Fact]
    public void Dropping_an_experiment_that_never_ran_is_refused()
    {
        using var repository = new TestRepository();
        Should.Throw<ConfigurationException>(() => Find(repository, new CollectionRequest { Experiments = ["othr"] })).Message.ShouldContain("no experiment of that name has run here");
    }

    [Fact]
    public async Task What_killed_processes_and_published_stages_left_behind_goes()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        var run = await repository.RunAsync(stages);
        var folders = repository.Store.Folders;
        var fingerprint = run.Stages[2].Manifest!.Key.Fingerprint;
        var nobody = new string('a', 64);
        string[] left =
        [
            Path.Combine(folders.WorkOf(fingerprint), "checkpoints", "step"), // killed between publishing and tidying up
            Path.Combine(folders.WorkOf(nobody), "output", "half"),
            Path.Combine(folders.Quarantine, "damaged"),
            Path.Combine(folders.Arriving, "1-2", "part"), // a killed pull
            Path.Combine(folders.Arriving, "import-1", "part"),
            folders.Manifest(fingerprint) + ".99.tmp",
            Path.Combine(folders.Experiments, "zephyr-tiny", ".views", "cut.new", "rows.txt"),
            folders.Object(nobody),
            folders.Lock("stage-" + nobody),
            Path.Combine(folders.Pins, nobody + ".json"),
            Path.Combine(folders.Fetched, nobody, "0123456789abcdef", "file"),
        ];
        foreach (var path in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "{}");
        }

        repository.Store.Inputs.Index.Write(Path.Combine(repository.Folder, "gone"), []);
        var plan = Find(repository, new CollectionRequest());
        plan.Garbage.Count.ShouldBe(left.Length + 1);
        new StoreCollector(repository.Store, TimeProvider.System).Remove(plan);
        left.ShouldAllBe(path => !File.Exists(path));
        repository.Store.Inputs.Index.Entries().ShouldBeEmpty();
        (await repository.RunAsync(stages)).Stages.ShouldAllBe(stage => stage.Status == StageStatus.Cached);
        File.Exists(folders.Lock("stage-" + fingerprint)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    public async Task A_damaged_record_of_the_last_run_costs_no_result_and_no_checkpoint(string text)
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages);
        var folders = repository.Store.Folders;
        var checkpoints = Directory.CreateDirectory(Path.Combine(folders.WorkOf(new string('c', 64)), "checkpoints")).FullName;
        File.WriteAllText(folders.LatestOf("zephyr-tiny", "train"), text);
        var plan = Find(repository, new CollectionRequest());
        plan.Garbage.ShouldBeEmpty();
        plan.Kept.Single(item => item.Result.Manifest.Key.Stage == "train").Reason
            .ShouldBe("what the last run of zephyr-tiny used cannot be read; run it again, and the record is written anew");

        await repository.RunAsync(stages);
        stages.ShouldAllBe(stage => stage.Runs == 1);
        Find(repository, new CollectionRequest()).Garbage.ShouldHaveSingleItem().Path.ShouldBe(Path.GetDirectoryName(checkpoints));
    }

    [Fact]
    public async Task While_processes_use_the_store_what_they_may_be_writing_is_no_garbage()
    {
        using var repository = new TestRepository();
        var stages = FakeStage.Chain();
        await repository.RunAsync(stages, "ddpo.beta=0.2");
        await repository.RunAsync(stages);
        var folders = repository.Store.Folders;
        var other = new string('b', 64);
        foreach (var path in new[]
        {
            Path.Combine(folders.Arriving, other, "half"), Path.Combine(folders.WorkOf(other), "output", "half"), folders.Object(other),
            folders.Manifest(other) + ".99.tmp", folders.Lock("stage-" + other), Path.Combine(folders.Quarantine, "damaged"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "half");
        }

        new StoreCollector(repository.Store, TimeProvider.System).Find(new CollectionRequest(), inUse: true).Garbage.Select(item => item.Reason)
            .ShouldBe(["no experiment's last run used it", "quarantined"]);
        Find(repository, new CollectionRequest()).Garbage.Count.ShouldBe(7);
    }

    [Fact]
    public async Task What_others_are_sending_into_this_store_stays_for_a_day()
    {
        // Whoever sends holds no lock here: the age of a file tells whether it is still written to.
        using var repository = new TestRepository();
        await repository.RunAsync(FakeStage.Chain());
        var folder = Directory.CreateDirectory(repository.Store.Folders.Incoming).FullName;
        var (old, young) = (Path.Combine(folder, "old"), Path.Combine(folder, "young"));
        File.WriteAllText(old, "half");
        File.WriteAllText(young, "half");
        File.SetLastWriteTimeUtc(old, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-25));
        var plan = Find(repository, new CollectionRequest());
        plan.Garbage.ShouldHaveSingleItem().ShouldBe(new Garbage(old, 4, "left by a process that was killed while sending here"));
        new StoreCollector(repository.Store, TimeProvider.System).Remove(plan);
        (File.Exists(old), File.Exists(young)).ShouldBe((false, true));
    }

    private static CollectionPlan Find(TestRepository repository, CollectionRequest request) => new StoreCollector(repository.Store, TimeProvider.System).Find(request);

    private static double Beta(StoredResult result) => result.Manifest.Metrics.GetValueOrDefault("beta");
}
