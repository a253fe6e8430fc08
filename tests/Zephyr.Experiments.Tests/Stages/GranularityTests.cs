using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Hub;
using Zephyr.Experiments.Stages;
using Zephyr.Experiments.Store.Hashing;
using Zephyr.Experiments.Tests.Configuration;

namespace Zephyr.Experiments.Tests.Stages;

/// <summary>Which stages a setting reruns. The settings come from the types, so a new one is covered by itself.</summary>
public sealed class GranularityTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("zephyr-granularity-");

    [Fact]
    public void Every_setting_of_the_schema_changes_the_keys_of_the_stages_that_declare_it_and_of_no_other()
    {
        var full = Real(OtherSettings.Full());
        var stages = StageCatalog.Recipe(full).Stages;
        var before = Keys(full, stages);
        var checkedSettings = 0;
        foreach (var (key, property, changed) in OtherSettings.EachInTurn(full))
        {
            var after = Keys(Real(changed), stages);
            var expected = stages.Where(stage => key == "seed" || (!property.IsExecution && stage.Settings.Any(prefix => key == prefix || key.StartsWith(prefix + ".", StringComparison.Ordinal))));
            if (key == "reproducibility")
            {
                expected = stages; // strict puts the machine into every key
            }

            stages.Where(stage => before[stage.Name] != after[stage.Name]).Select(stage => stage.Name)
                .ShouldBe(expected.Select(stage => stage.Name), $"{key} changed the keys of other stages than those that declare it");
            checkedSettings++;
        }

        checkedSettings.ShouldBeGreaterThan(100);
    }

    // The same for settings a reader of the recipe knows, written down by hand.
    [Theory]
    [InlineData("ddpo.beta", "ddpo evaluate report")]
    [InlineData("ddpo.learning_rate", "ddpo report")]
    [InlineData("ddpo.without_dsft", "reference ddpo evaluate report")]
    [InlineData("ddpo.checkpoint_every", "")]
    [InlineData("dsft.epochs", "dsft report")]
    [InlineData("reference.batch_size", "reference evaluate report")]
    [InlineData("tokenize.max_length", "tokenize report")]
    [InlineData("evaluate.max_new_tokens", "evaluate report")]
    [InlineData("data.world.prompts", "download feedback report")]
    [InlineData("feedback.pairing.margin", "feedback report")]
    [InlineData("feedback.budget", "")]
    [InlineData("feedback.judge.base_url", "")]
    [InlineData("feedback.judge.model", "feedback report")]
    [InlineData("model.threads", "")]
    [InlineData("model.dtype", "dsft dsft2 reference ddpo evaluate mt_bench alpaca_eval report")]
    [InlineData("mt_bench.repeat", "mt_bench report")]
    [InlineData("mt_bench.judge.model", "mt_bench report")]
    [InlineData("mt_bench.judge.base_url", "")]
    [InlineData("mt_bench.budget", "")]
    [InlineData("alpaca_eval.evaluator", "alpaca_eval report")]
    [InlineData("tracking.log_every", "")]
    [InlineData("name", "report")]
    [InlineData("report.title", "report")]
    public void A_setting_reruns_what_reads_it(string key, string stages)
    {
        var full = Real(OtherSettings.Full());
        var catalog = StageCatalog.Recipe(full).Stages;
        var (before, after) = (Keys(full, catalog), Keys(Real(OtherSettings.EachInTurn(full).Single(change => change.Key == key).Changed), catalog));
        string.Join(' ', catalog.Where(stage => before[stage.Name] != after[stage.Name]).Select(stage => stage.Name)).ShouldBe(stages);
    }

    [Fact]
    public void Leaving_out_an_optional_section_changes_the_keys_of_those_that_declare_it()
    {
        var full = Real(OtherSettings.Full());
        var stages = StageCatalog.Recipe(full).Stages;
        var (before, after) = (Keys(full, stages), Keys(full with { Ddpo = full.Ddpo with { Lora = null } }, stages));
        stages.Where(stage => before[stage.Name] != after[stage.Name]).Select(stage => stage.Name).ShouldBe(["ddpo", "report"]);
    }

    [Theory]
    [InlineData("ddpo:\n  beta: 0.001\n  epochs: 2\n", "# a comment\nddpo: {epochs: 2.0, beta: 1e-3}   # another\n")]
    [InlineData("ddpo:\n  beta: 0.25\ndsft:\n  epochs: 1\n", "dsft:\n    epochs:   1\n\n\nddpo:\n    beta:   2.5e-1\n")]
    [InlineData("ddpo:\n  beta: 0.1\n", "\n")] // the default, written or not
    [InlineData("ddpo:\n  schedule: linear\n", "ddpo:\n  \"schedule\": 'linear'\n")]
    public void Comments_order_spaces_and_number_formats_change_nothing(string first, string second)
    {
        using var one = new TestRepository(TestRepository.Small + first);
        using var two = new TestRepository(second + TestRepository.Small);
        var (a, b) = (one.Load(), two.Load());
        var stages = StageCatalog.Recipe(a.Settings).Stages;
        Keys(b, stages).ShouldBe(Keys(a, stages));
    }

    [Fact]
    public void A_setting_that_is_added_removed_or_has_another_default_is_named_as_such()
    {
        var key = new StageKey("ddpo", 1, 1, [new("ddpo.beta", "0.1", "default"), new("ddpo.epochs", "1", "zephyr-tiny.yaml:3:5")], [], new Dictionary<string, string>());
        Differences([new("ddpo.beta", "0.1", "default"), new("ddpo.epochs", "1", "x"), new("ddpo.new", "false", "default")])
            .ShouldBe(["ddpo.new is new: false (default)"]);
        Differences([new("ddpo.beta", "0.1", "default")]).ShouldBe(["ddpo.epochs is gone: it was 1"]);
        Differences([new("ddpo.beta", "0.2", "default"), new("ddpo.epochs", "1", "x")]).ShouldBe(["ddpo.beta changed from 0.1 to 0.2 (default)"]);
        Differences([new("ddpo.beta", "0.1", "--set ddpo.beta=0.1"), new("ddpo.epochs", "1", "x")]).ShouldBeEmpty();

        IEnumerable<string> Differences(KeySetting[] now) => KeyDifference.Between(key, key with { Settings = now }, []).Select(difference => difference.ToString());
    }

    [Fact]
    public void Whatever_a_stage_declares_exists()
    {
        var full = OtherSettings.Full();
        var resolved = OtherSettings.Experiment(full).Resolved;
        StageCatalog.Recipe(full).Stages.SelectMany(stage => stage.Settings).ShouldAllBe(prefix => resolved.Find(prefix) != null);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // Files that settings name are keyed by content, so each name gets a file of its own.
    private ExperimentSettings Real(ExperimentSettings settings)
    {
        string File(string value, params string[] keywords)
        {
            if (keywords.Contains(value, StringComparer.Ordinal) || Path.IsPathRooted(value))
            {
                return value;
            }

            var path = Path.Combine(_folder.FullName, "f" + Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(value)));
            System.IO.File.WriteAllText(path, value);
            return path;
        }

        return (ExperimentSettings)Paths(ExperimentLoader.Shape, settings, File)!;
    }

    private static object? Paths(SettingShape shape, object? section, Func<string, string[], string> file)
    {
        if (section is null)
        {
            return null;
        }

        var copy = Activator.CreateInstance(shape.Type)!;
        foreach (var property in shape.Properties)
        {
            var value = property.Property.GetValue(section);
            property.Property.SetValue(copy, property switch
            {
                { Shape.Kind: SettingKind.Section } => Paths(property.Shape, value, file),
                { IsPath: true } when value is string path => file(path, [.. property.PathKeywords]),
                { Shape: { Kind: SettingKind.List, Item.Kind: SettingKind.Section } list } when value is System.Collections.IList items => Items(list, items, file),
                _ => value,
            });
        }

        return copy;
    }

    private static Array Items(SettingShape list, System.Collections.IList items, Func<string, string[], string> file)
    {
        var copy = Array.CreateInstance(list.Item!.Type, items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            copy.SetValue(Paths(list.Item, items[i], file), i);
        }

        return copy;
    }

    private static Dictionary<string, string> Keys(ExperimentSettings settings, IReadOnlyList<IStage> stages) => Keys(OtherSettings.Experiment(settings), stages);

    private static Dictionary<string, string> Keys(Experiment experiment, IReadOnlyList<IStage> stages)
    {
        var machine = new Dictionary<string, string> { ["processor"] = "one" };
        var keys = new KeyBuilder(experiment, () => machine, new SourcePins("/nowhere/lock", "/nowhere/pins"), new InputHashes(new HashIndex("/nowhere/hashes", _ => { }), TimeProvider.System));
        var upstream = stages.ToDictionary(stage => stage.Name, _ => new string('0', 64), StringComparer.Ordinal);
        return stages.ToDictionary(stage => stage.Name, stage => keys.Build(stage, upstream).Fingerprint, StringComparer.Ordinal);
    }
}
