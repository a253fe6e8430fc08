using System.Formats.Tar;
using System.Security.Cryptography;
using Zephyr.Core;
using Zephyr.Experiments.Configuration;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Archives;

namespace Zephyr.Experiments.Tests.Store.Archives;

public sealed class RunArchiveTests : IDisposable
{
    private readonly TestRepository _one = new();
    private readonly TestRepository _two = new();

    [Fact]
    public async Task An_imported_run_replays_elsewhere_without_running()
    {
        await _one.RunAsync(FakeStage.Chain());
        var imported = new RunArchiveReader(_two.Store).Import(Export("zephyr-tiny"), CancellationToken.None);
        imported.Added.Count.ShouldBe(3);
        File.Exists(imported.Resolved).ShouldBeTrue();
        var stages = FakeStage.Chain();
        _two.Plan(stages).ShouldAllBe(decision => decision.Status == "cached");
        (await _two.RunAsync(stages)).Status.ShouldBe(RunStatus.Finished);
        stages.ShouldAllBe(stage => stage.Runs == 0);
        _two.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
        new RunArchiveReader(_two.Store).Import(Export("zephyr-tiny"), CancellationToken.None).Added.ShouldBeEmpty();
        new Zephyr.Experiments.Store.Collection.StoreCollector(_two.Store, TimeProvider.System).Find(new()).Garbage.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_run_gives_the_same_bytes_also_from_where_it_was_imported()
    {
        await _one.RunAsync(FakeStage.Chain());
        var first = Export("zephyr-tiny");
        var bytes = File.ReadAllBytes(first);
        File.ReadAllBytes(Export("zephyr-tiny")).ShouldBe(bytes);
        new RunArchiveReader(_two.Store).Import(first, CancellationToken.None);
        File.ReadAllBytes(Export("zephyr-tiny", _two)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_run_by_its_id_takes_along_what_it_was_made_from()
    {
        await _one.RunAsync(FakeStage.Chain());
        var second = await _one.RunAsync(FakeStage.Chain(), "ddpo.beta=0.2");
        await _one.RunAsync(FakeStage.Chain());
        new RunArchiveReader(_two.Store).Import(Export(second.RunId[..8]), CancellationToken.None);
        _two.Plan(FakeStage.Chain(), "ddpo.beta=0.2").ShouldAllBe(decision => decision.Status == "cached");
        Should.Throw<ConfigurationException>(() => RunSelection.Find(_one.Store, "0000000000")).Message.ShouldContain("there is no experiment or run");
    }

    [Theory]
    [InlineData("flipped object", "is damaged")]
    [InlineData("flipped manifest", "is damaged")]
    [InlineData("torn", "is no whole archive", "it ends before", "announces")]
    [InlineData("something behind", "something follows its end")]
    [InlineData("noise", "is no whole archive", "is refused")]
    public async Task A_damaged_archive_is_refused_and_nothing_of_it_is_kept(string damage, params string[] messages)
    {
        await _one.RunAsync(FakeStage.Chain());
        var path = Export("zephyr-tiny");
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "flipped object":
                bytes[bytes.AsSpan().LastIndexOf("cut 512"u8)] ^= 1;
                break;
            case "flipped manifest":
                bytes[bytes.AsSpan().IndexOf("\"run_id\""u8) + 14] ^= 1;
                break;
            case "torn":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "something behind":
                bytes = [.. bytes, .. "and more"u8];
                break;
            default:
                bytes = RandomNumberGenerator.GetBytes(5000);
                break;
        }

        File.WriteAllBytes(path, bytes);
        Refused(path, messages);
    }

    [Theory]
    [InlineData("escape")]
    [InlineData("absolute")]
    [InlineData("link")]
    [InlineData("hard link")]
    [InlineData("folder")]
    [InlineData("twice")]
    [InlineData("unannounced")]
    public async Task An_archive_made_to_do_harm_is_refused_and_writes_nothing(string attack)
    {
        await _one.RunAsync(FakeStage.Chain());
        var path = Export("zephyr-tiny");
        Rewrite(path, entries =>
        {
            var last = entries[^1];
            TarEntry evil = attack switch
            {
                "escape" => Plain("../../../../../escaped", "x"),
                "absolute" => Plain(Path.Combine(_two.Folder, "escaped"), "x"),
                "link" => new GnuTarEntry(TarEntryType.SymbolicLink, last.Name) { LinkName = "/etc/passwd" },
                "hard link" => new GnuTarEntry(TarEntryType.HardLink, last.Name) { LinkName = entries[1].Name },
                "folder" => new GnuTarEntry(TarEntryType.Directory, last.Name),
                "twice" => Plain(entries[^2].Name, "other"),
                _ => Plain("objects/aa/" + new string('a', 64), "x"),
            };
            return attack is "unannounced" ? [.. entries, evil] : [.. entries.SkipLast(1), evil];
        });
        Refused(path, "is refused");
        Directory.EnumerateFiles(_two.Folder, "escaped*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"experiment\":\"../../x\",\"files\":[],\"format\":1}", "a name that cannot be")]
    [InlineData("{\"experiment\":\"x\",\"files\":[],\"format\":2}", "format 2")]
    [InlineData("{\"experiment\":\"x\",\"files\":[{\"name\":\"../x\",\"sha256\":\"#\",\"size\":1}],\"format\":1}", "a file that no archive has")]
    [InlineData("{\"experiment\":\"x\",\"files\":[{\"name\":\"objects/##/#\",\"sha256\":\"#\",\"size\":-1}],\"format\":1}", "no size")]
    [InlineData("{\"experiment\":\"x\",\"files\":[{\"name\":\"objects/##/#\",\"sha256\":\"#\",\"size\":9000000000000000000}],\"format\":1}", "it announces")]
    [InlineData("{\"experiment\":\"x\",\"files\":[{\"name\":\"stages/#.json\",\"sha256\":\"#\",\"size\":90000000000}],\"format\":1}", "too large")]
    [InlineData("{\"experiment\":\"x\",\"files\":[{\"name\":\"objects/##/#\",\"sha256\":\"#\",\"size\":1},{\"name\":\"objects/##/#\",\"sha256\":\"#\",\"size\":1}],\"format\":1}", "there twice")]
    [InlineData("[[[[", "is damaged")]
    [InlineData("{\"experiment\":7}", "is damaged")]
    public void A_list_that_announces_what_cannot_be_is_refused(string list, string message)
    {
        // # stands for a hash, ## for its first two digits.
        var hash = new string('a', 64);
        var path = Path.Combine(_two.Folder, "evil.zephyr");
        using (var tar = new TarWriter(File.Create(path), TarEntryFormat.Gnu))
        {
            tar.WriteEntry(Plain(ArchiveContents.Name, list.Replace("##", hash[..2], StringComparison.Ordinal).Replace("#", hash, StringComparison.Ordinal)));
        }

        Refused(path, message);
    }

    [Fact]
    public async Task Manifests_that_name_other_files_than_the_archive_holds_are_refused()
    {
        await _one.RunAsync(FakeStage.Chain());
        var path = Export("zephyr-tiny");
        Rewrite(path, entries =>
        {
            // One object less, in the list too: every hash fits, and a manifest lacks its file.
            using var text = new StreamReader(entries[0].DataStream!);
            var list = System.Text.Json.Nodes.JsonNode.Parse(text.ReadToEnd())!.AsObject();
            var files = list["files"]!.AsArray();
            files.RemoveAt(files.Count - 1);
            return [Plain(ArchiveContents.Name, list.ToJsonString()), .. entries.Skip(1).SkipLast(1)];
        });
        Refused(path, "name other files than it holds");
    }

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private string Export(string run, TestRepository? from = null)
    {
        var path = Path.Combine((from ?? _one).Folder, "run.zephyr");
        new RunArchiveWriter((from ?? _one).Store).Write(RunSelection.Find((from ?? _one).Store, run), path, CancellationToken.None);
        return path;
    }

    private void Refused(string path, params string[] messages)
    {
        var failure = Should.Throw<ZephyrException>(() => new RunArchiveReader(_two.Store).Import(path, CancellationToken.None));
        messages.ShouldContain(message => failure.Message.Contains(message, StringComparison.Ordinal), failure.Message);
        foreach (var folder in new[] { _two.Store.Folders.Objects, _two.Store.Folders.Stages, _two.Store.Folders.Arriving, _two.Store.Folders.Latest }.Where(Directory.Exists))
        {
            Directory.EnumerateFileSystemEntries(folder).ShouldBeEmpty();
        }
    }

    private static GnuTarEntry Plain(string name, string text) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) };

    private static void Rewrite(string path, Func<List<TarEntry>, IReadOnlyList<TarEntry>> change)
    {
        var entries = new List<TarEntry>();
        using (var tar = new TarReader(File.OpenRead(path)))
        {
            while (tar.GetNextEntry(copyData: true) is { } entry)
            {
                entries.Add(entry);
            }
        }

        using var output = new TarWriter(File.Create(path), TarEntryFormat.Gnu);
        foreach (var entry in change(entries))
        {
            output.WriteEntry(entry);
        }
    }
}
