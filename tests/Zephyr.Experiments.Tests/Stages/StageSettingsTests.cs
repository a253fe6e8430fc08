using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Tests.Configuration;
using Zephyr.Experiments.Tests.EndToEnd;

namespace Zephyr.Experiments.Tests.Stages;

public sealed class StageSettingsTests
{
    [Fact]
    public async Task A_stage_that_reads_a_section_it_does_not_declare_fails_and_is_told_what_to_add()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo"], (context, _) => FakeStage.Put(context, "x", $"{context.Settings.Dsft.Epochs}"));
        (await repository.RunAsync([stage])).Stages[0].Error!
            .ShouldContain("Stage train reads the setting dsft, which is not in its key: add it to the Settings that the stage declares.");
    }

    [Fact]
    public async Task Of_a_section_it_declares_in_part_a_stage_sees_that_part_and_defaults()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo.beta"], (context, _) => FakeStage.Put(
            context, "x", $"{context.Settings.Ddpo.Beta} {context.Settings.Ddpo.Epochs} {string.Join(' ', context.Resolved.Leaves().Select(leaf => leaf.Key))}"));
        await repository.RunAsync([stage], "ddpo.beta=0.7", "ddpo.epochs=9");
        repository.View("train/x").ShouldBe($"0.7 {new ExperimentSettings().Ddpo.Epochs} seed ddpo.beta");
    }

    [Fact]
    public void Every_section_of_the_experiment_can_be_read_through_the_view()
    {
        var sections = ExperimentLoader.Shape.Properties.Select(property => property.Property.Name).ToHashSet();
        sections.ExceptWith(["Reproducibility", "Tracking", "Store", "Executor"]); // how a run is keyed, recorded, shared and where it computes is no stage's business
        sections.ExceptWith(typeof(StageSettings).GetProperties().Select(property => property.Name));
        sections.ShouldBeEmpty("a stage cannot read these sections: add them to StageSettings");
    }

    [Fact]
    public async Task No_stage_of_the_recipe_reads_a_setting_that_is_not_in_its_key()
    {
        // Every setting outside of a stage's slice is poisoned with another value: the outputs are the same bytes all the same.
        using var clean = new TestRepository(RecipeRepository.Mini.Replace("name: mini", "name: zephyr-tiny", StringComparison.Ordinal));
        using var poisoned = new TestRepository(RecipeRepository.Mini.Replace("name: mini", "name: zephyr-tiny", StringComparison.Ordinal));
        var stages = StageCatalog.Recipe(clean.Load().Settings).Stages;
        var first = await clean.RunAsync(stages);
        var second = await poisoned.RunAsync([.. stages.Select(stage => new Poisoned(stage, poisoned.Load().Settings))]);
        first.Stages.Select(stage => stage.Error).ShouldAllBe(error => error == null);
        second.Stages.Select(stage => stage.Error).ShouldAllBe(error => error == null);
        foreach (var (expected, stage) in first.Stages.Zip(second.Stages))
        {
            // The report shows where settings were set, in two repositories.
            if (stage.Name != "report")
            {
                stage.Manifest!.OutputsHash.ShouldBe(expected.Manifest!.OutputsHash, $"{stage.Name} reads a setting that it does not declare");
            }
        }
    }

    private sealed class Poisoned(IStage stage, ExperimentSettings settings) : IStage
    {
        public string Name => stage.Name;

        public int Version => stage.Version;

        public IReadOnlyList<string> DependsOn => stage.DependsOn;

        public IReadOnlyList<string> Settings => stage.Settings;

        public Task RunAsync(StageContext context, CancellationToken cancellationToken) => stage.RunAsync(
            new StageContext(
                stage.Name,
                new StageSettings(settings, OtherSettings.All(), stage.Name, stage.Settings),
                context.Resolved,
                stage.DependsOn.ToDictionary(name => name, context.Input, StringComparer.Ordinal),
                context.Output,
                context.Checkpoints,
                context.Reporter),
            cancellationToken);
    }
}
