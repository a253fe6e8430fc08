using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using Zephyr.Experiments.Fingerprints;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;

namespace Zephyr.Experiments.Tests.Store;

public class StageManifestTests
{
    private static readonly StageManifest s_manifest = new(
        new StageKey(
            "ddpo", 3, 42,
            [new("ddpo.beta", "0.1", "default"), new("note", CanonicalJson.Text("é 😀 \"quoted\""), "zephyr.yaml:3:5"), new("data.mix", "[]", "default"), new("none", "null", "default")],
            [new("dsft", "stage:dsft", new string('a', 64)), new("data.sft", "/data/é.jsonl", new string('b', 64))],
            new Dictionary<string, string> { ["os"] = "Linux" }),
        [new("model/config.json", 12, new string('c', 64)), new("é", 1L << 40, new string('d', 64))],
        "zephyr-tiny", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210",
        new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.FromHours(1)), 1.25,
        new Dictionary<string, double> { ["loss"] = 0.1, ["bad"] = double.NaN, ["worse"] = double.NegativeInfinity },
        new Dictionary<string, long> { ["rows"] = 7 },
        new Dictionary<string, string> { ["cpu"] = "some" })
    {
        Frozen = ["download"],
    };

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var bytes = s_manifest.Write();
        var read = StageManifest.Read(bytes, s_manifest.Key.Fingerprint);
        read.Write().ShouldBe(bytes);
        read.Key.Settings.ShouldBe(s_manifest.Key.Settings);
        read.Key.Fingerprint.ShouldBe(s_manifest.Key.Fingerprint);
        read.Outputs.ShouldBe(s_manifest.Outputs);
        read.OutputsHash.ShouldBe(s_manifest.OutputsHash);
        read.StartedAt.ShouldBe(s_manifest.StartedAt);
        read.Metrics["bad"].ShouldBe(double.NaN);
        read.Metrics["worse"].ShouldBe(double.NegativeInfinity);
        read.Frozen.ShouldBe(["download"]);
        JsonNode.Parse(bytes)!["checksum"]!.GetValue<string>().Length.ShouldBe(64);
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var bytes = s_manifest.Write();
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Should.Throw<InvalidDataException>(() => StageManifest.Read(changed, s_manifest.Key.Fingerprint), $"byte {i}");
        }
    }

    [Fact]
    public void A_cut_or_lengthened_document_is_refused()
    {
        var bytes = s_manifest.Write();
        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<InvalidDataException>(() => StageManifest.Read(bytes.AsMemory(0, length), s_manifest.Key.Fingerprint), $"{length} bytes");
        }

        Should.Throw<InvalidDataException>(() => StageManifest.Read((byte[])[.. bytes, (byte)' '], s_manifest.Key.Fingerprint));
    }

    // Written by a version whose checksum was of the canonical text of the other members.
    private const string FirstFormat = """
        {"format":1,"fingerprint":"FINGERPRINT","key":{"stage":"s00000","version":1,"seed":42,
        "settings":[{"key":"ddpo.epsilon","value":1E-08,"origin":"default"},{"key":"note","value":"\u00e9","origin":"default"}],"inputs":[],"environment":{}},
        "outputs_hash":"","outputs":[{"path":"text","size":6,"sha256":"aa"}],"experiment":"bench","run_id":"r","parent_run_id":"p",
        "started_at":"2026-11-22T10:00:00.0000000+00:00","seconds":0.5,"metrics":{"loss":0.10},"counts":{},"environment":{}}
        """;

    [Fact]
    public void A_manifest_of_the_first_format_can_still_be_read()
    {
        var key = new StageKey("s00000", 1, 42, [new("ddpo.epsilon", "1E-08", "default"), new("note", "\"é\"", "default")], [], new Dictionary<string, string>());
        var json = JsonNode.Parse(FirstFormat.Replace("FINGERPRINT", key.Fingerprint))!;
        json["checksum"] = CanonicalJson.Hash(json);
        var text = json.ToJsonString();

        var read = StageManifest.Read(Encoding.UTF8.GetBytes(text), key.Fingerprint);
        read.Key.Settings.ShouldBe(key.Settings);
        read.Key.Fingerprint.ShouldBe(key.Fingerprint);
        Should.Throw<InvalidDataException>(() => StageManifest.Read(Encoding.UTF8.GetBytes(text.Replace("\"bench\"", "\"other\"")), key.Fingerprint))
            .Message.ShouldBe("its checksum does not fit");
    }

    [Fact]
    public void A_manifest_of_a_later_format_says_so()
    {
        var later = Encoding.UTF8.GetString(s_manifest.Write()).Replace("\"format\": 2", "\"format\": 3");
        Should.Throw<InvalidDataException>(() => StageManifest.Read(Encoding.UTF8.GetBytes(later), s_manifest.Key.Fingerprint))
            .Message.ShouldBe("it is of format 3, which a later version of Zephyr writes");
    }
}
