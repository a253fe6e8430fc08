using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Tests.Fingerprints;

public sealed class FingerprintTests
{
    private static readonly Dictionary<string, string> s_none = [];

    [Theory]
    [InlineData("ddpo.beta=0.001", "ddpo.beta=1e-3", true)]
    [InlineData("ddpo.epochs=1", "ddpo.epochs=1.0", true)]
    [InlineData("ddpo.beta=0.1", "ddpo.beta=0.2", false)]
    [InlineData("seed=42", "seed=43", false)]
    [InlineData("dsft.epochs=1", "dsft.epochs=2", true)] // not read by the stage
    [InlineData("ddpo.checkpoint_every=1", "ddpo.checkpoint_every=2", true)] // how, not what
    [InlineData("name=a", "name=b", true)]
    public void Only_values_that_a_stage_reads_enter_its_key(string first, string second, bool same)
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo"], (_, _) => Task.CompletedTask);
        (Key(repository, stage, first) == Key(repository, stage, second)).ShouldBe(same);
    }

    [Fact]
    public void Execution_settings_enter_the_key_when_reproducibility_is_strict()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("train", [], ["ddpo"], (_, _) => Task.CompletedTask);
        Key(repository, stage, "reproducibility=strict", "ddpo.checkpoint_every=1")
            .ShouldNotBe(Key(repository, stage, "reproducibility=strict", "ddpo.checkpoint_every=2"));
    }

    [Fact]
    public void The_version_enters_the_key()
    {
        using var repository = new TestRepository();
        FakeStage Stage(int version) => new("train", [], ["ddpo"], (_, _) => Task.CompletedTask) { Version = version };
        Key(repository, Stage(1)).ShouldNotBe(Key(repository, Stage(2)));
    }

    [Fact]
    public void Files_enter_by_content_and_not_by_path()
    {
        using var repository = new TestRepository();
        var stage = new FakeStage("tokenize", [], ["tokenizer.source"], (_, _) => Task.CompletedTask);
        repository.Write("one/tokenizer.json", "{}");
        repository.Write("two/tokenizer.json", "{}");
        var one = Key(repository, stage, "tokenizer.source=one");
        Key(repository, stage, "tokenizer.source=two").ShouldBe(one);
        repository.Write("two/tokenizer.json", "{ }");
        Key(repository, stage, "tokenizer.source=two").ShouldNotBe(one);
    }

    [Fact]
    public void A_removed_key_changes_the_key_although_no_value_changed()
    {
        var before = new StageKey("s", 1, 1, [new("a", "1", ""), new("b", "null", "")], [], s_none);
        var after = before with { Settings = [new("a", "1", "")] };
        after.Fingerprint.ShouldNotBe(before.Fingerprint);
        KeyDifference.Between(before, after, []).Single().ToString().ShouldBe("b is gone: it was null");
    }

    [Fact]
    public void A_changed_default_is_named_as_such()
    {
        var before = new StageKey("s", 1, 1, [new("ddpo.beta", "0.1", "default")], [], s_none);
        var after = before with { Settings = [new("ddpo.beta", "0.2", "default")] };
        after.Fingerprint.ShouldNotBe(before.Fingerprint);
        KeyDifference.Between(before, after, []).Single().ToString().ShouldBe("ddpo.beta changed from 0.1 to 0.2 (default)");
    }

    [Fact]
    public void Another_version_of_a_library_inside_an_output_is_another_result_and_is_named()
    {
        var before = new StageKey("report", 1, 1, [], [], s_none) { Libraries = [new("chart.js", "4.6.1")] };
        var after = before with { Libraries = [new("chart.js", "4.7.0")] };
        after.Fingerprint.ShouldNotBe(before.Fingerprint);
        KeyDifference.Between(before, after, []).Single().ToString().ShouldBe("library chart.js changed from 4.6.1 to 4.7.0");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            KeyJson.WriteMembers(writer, before);
            writer.WriteEndObject();
        }

        using var json = JsonDocument.Parse(stream.ToArray());
        KeyJson.Read(json.RootElement).Fingerprint.ShouldBe(before.Fingerprint);
    }

    [Fact]
    public void Origins_do_not_enter_the_key()
    {
        var key = new StageKey("s", 1, 1, [new("a", "1", "file:1:2")], [], s_none);
        (key with { Settings = [new("a", "1", "--set a=1")] }).Fingerprint.ShouldBe(key.Fingerprint);
    }

    [Theory]
    [InlineData("""{"b":1.0,"a":1e-3}""", """{"a":0.001,"b":1}""")]
    [InlineData("""[18446744073709551615,-0.0,1E+2]""", """[18446744073709551615,0,100]""")]
    [InlineData("""[0.10,1E-08,-7,"\u00e9","\"",true,null,{}]""", """[0.1,1E-08,-7,"é","\"",true,null,{}]""")]
    public void Canonical_json_has_one_text_for_one_value(string given, string expected)
    {
        CanonicalJson.Text(JsonNode.Parse(given)).ShouldBe(expected);
        using var document = JsonDocument.Parse(given);
        CanonicalJson.Text(document.RootElement).ShouldBe(expected);
        var items = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement.EnumerateArray().ToList() : [];
        items.Select(CanonicalJson.Text).ShouldBe(items.Select(static item => CanonicalJson.Text(JsonNode.Parse(item.GetRawText()))));
    }

    // What a store holds under a fingerprint must be found by every later version: the text that is hashed is fixed here.
    [Fact]
    public void The_fingerprint_is_the_hash_of_the_canonical_text_of_the_key()
    {
        var key = new StageKey("ddpo", 3, 42, [new("b", "1E-08", "x"), new("a", "\"é\"", "y")], [new("z", "there", "22"), new("data.sft", "/here", "11")], s_none);
        const string Text = """{"inputs":{"data.sft":"11","z":"22"},"seed":42,"settings":{"a":"é","b":1E-08},"stage":"ddpo","version":3}""";
        key.Fingerprint.ShouldBe(Sha256(Text));
        (key with { Environment = new Dictionary<string, string> { ["os"] = "Linux", ["cpu"] = "x" } }).Fingerprint
            .ShouldBe(Sha256("""{"environment":{"cpu":"x","os":"Linux"},""" + Text[1..]));

        (key with { Libraries = [new("z.js", "2"), new("a.js", "1")] }).Fingerprint
            .ShouldBe(Sha256(Text.Replace("\"seed\"", "\"libraries\":{\"a.js\":\"1\",\"z.js\":\"2\"},\"seed\"", StringComparison.Ordinal)));

        static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Key(TestRepository repository, FakeStage stage, params string[] sets) =>
        new KeyBuilder(repository.Load(sets), () => s_none, SourcePins.Of(repository.Load(sets), repository.Store.Folders), repository.Store.Inputs).Build(stage, s_none).Fingerprint;

    [Fact]
    public void A_long_value_is_cut_for_reading()
    {
        new KeyDifference("report.tried", null, new string('x', 100), null).ToString().ShouldBe($"report.tried is new: {new string('x', 60)}…");
        new KeyDifference("ddpo.beta", "0.1", "0.2", null).ToString().ShouldBe("ddpo.beta changed from 0.1 to 0.2");
    }
}
