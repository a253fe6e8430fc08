using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Store;

public class LatestRecordTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)] // as records were before the fingerprint stood in them
    public async Task A_record_tells_what_was_used_last(bool withFingerprint)
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo.beta"], static (context, _) => FakeStage.Put(context, "x", "y"));
        var run = await repository.RunAsync([stage]);
        var path = repository.Store.Folders.LatestOf(repository.Load().Name, "train");
        var record = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!.AsObject();
        record.Remove("fingerprint").ShouldBeTrue();
        if (!withFingerprint)
        {
            await File.WriteAllTextAsync(path, record.ToJsonString(), TestContext.Current.CancellationToken);
        }

        var latest = new LatestRecord(repository.Store);
        latest.Fingerprint(repository.Load().Name, "train").ShouldBe(run.Stages[0].Manifest!.Key.Fingerprint);
        latest.Fingerprints().ShouldBe([run.Stages[0].Manifest!.Key.Fingerprint]);
        repository.Plan([stage])[0].Reason.ShouldStartWith("nothing changed since run ");
        repository.Plan([stage], "ddpo.beta=0.3")[0].Reason.ShouldStartWith("ddpo.beta changed from 0.1 to 0.3");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"fingerprint":7}""")]
    [InlineData("""{"stage":"train"}""")]
    public async Task A_damaged_record_costs_the_reason_and_no_result(string text)
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo.beta"], static (context, _) => FakeStage.Put(context, "x", "y"));
        await repository.RunAsync([stage]);
        await File.WriteAllTextAsync(repository.Store.Folders.LatestOf(repository.Load().Name, "train"), text, TestContext.Current.CancellationToken);
        var decision = repository.Plan([stage])[0];
        decision.Manifest.ShouldNotBeNull();
        decision.Reason.ShouldEndWith("had the same inputs and settings");
    }
}
