using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Holes;

/// <summary>
/// Hole 5: a changed constant in the code is missed (redun#99). The outputs of the stages that make and tokenise data stand here with
/// their versions; code that changes them without a new version fails. Training is guarded the same way by the losses in
/// <c>LossSnapshotTests</c> of the core, which compares with a tolerance because sums depend on the processor.
/// </summary>
public sealed class SnapshotGuardTests
{
    private static readonly Dictionary<string, (int Version, string Outputs)> s_recorded = new(StringComparer.Ordinal)
    {
        ["download"] = (3, "cc7debe2a49239f888dc38ca95f56d3d2ec4208e593e645e84d6095c01c39d95"),
        ["tokenize"] = (3, "452a79a31ec16c6df8348a4fcec85ba011b4fe8ed7479962447b5b024c9189de"),
    };

    [Fact]
    public async Task Hole_5_code_that_changes_an_output_raises_the_version_of_its_stage()
    {
        using var repository = new TestRepository(RecipeRepository.Mini.Replace("name: mini", "name: zephyr-tiny", StringComparison.Ordinal));
        var run = await repository.RunAsync(StageCatalog.Recipe(repository.Load().Settings).Stages, new RunOptions { Target = "tokenize" }, repository.Store, CancellationToken.None);
        foreach (var stage in run.Stages)
        {
            var (now, recorded) = ((stage.Manifest!.Key.Version, Hash(stage)), s_recorded[stage.Name]);
            now.ShouldBe(recorded, now.Version == recorded.Version
                ? $"the output of {stage.Name} changed but its version did not: raise the version of the stage, so that stored results are made again, and record {now} here"
                : $"{stage.Name} has a new version: record {now} here");
        }
    }

    // Random weights come from logarithms and cosines, whose last bit depends on the machine.
    private static string Hash(StageResult stage) =>
        ContentHash.OfOutputs([.. stage.Outputs.Where(output => !output.Path.EndsWith(".safetensors", StringComparison.Ordinal))]);

    [Fact]
    public async Task Hole_5_the_guard_notices_a_changed_constant()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        FakeStage Stage(int constant) => new("train", [], [], (context, _) => FakeStage.Put(context, "x", $"{constant}"));
        var (first, second) = (await one.RunAsync([Stage(1)]), await two.RunAsync([Stage(2)]));
        second.Stages[0].Manifest!.Key.Fingerprint.ShouldBe(first.Stages[0].Manifest!.Key.Fingerprint); // the key cannot know
        second.Stages[0].Manifest!.OutputsHash.ShouldNotBe(first.Stages[0].Manifest!.OutputsHash); // the snapshot does
    }
}
