using System.Text;
using Zephyr.Core;
using Zephyr.Experiments.Hub;

namespace Zephyr.Experiments.Tests.Hub;

public sealed class SourceFetcherTests : IAsyncLifetime
{
    private const string Address = "hf://datasets/org/rows/data/train-*.parquet";
    private const string Large = "data/train-0.parquet";
    private static readonly byte[] s_large = HubTestBed.Bytes(300_000);
    private static readonly byte[] s_small = HubTestBed.Bytes(1000, seed: 2);
    private HubTestBed _bed = null!;

    private FakeHub Hub => _bed.Hub;

    public async ValueTask InitializeAsync()
    {
        _bed = await HubTestBed.StartAsync();
        Hub.Add("datasets/org/rows", HubTestBed.Commit, (Large, s_large, true), ("data/train-1.parquet", s_small, false), ("data/test-0.parquet", [1], false), ("README.md", [2], false));
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Files_that_match_come_verified_into_the_standard_cache_and_the_second_time_from_there()
    {
        var files = await _bed.FetchAsync(Address);

        files.Select(file => file.Path).ShouldBe([Large, "data/train-1.parquet"]);
        File.ReadAllBytes(files[0].LocalPath).ShouldBe(s_large);
        File.ReadAllBytes(files[1].LocalPath).ShouldBe(s_small);
        var repository = Path.Combine(_bed.Cache, "datasets--org--rows");
        files[0].LocalPath.ShouldBe(Path.Combine(repository, "snapshots", HubTestBed.Commit, "data", "train-0.parquet"));
        File.ReadAllBytes(Path.Combine(repository, "blobs", FakeHub.Sha256(s_large))).ShouldBe(s_large);
        File.ReadAllBytes(Path.Combine(repository, "blobs", FakeHub.GitHash(s_small))).ShouldBe(s_small);
        File.ReadAllText(Path.Combine(repository, "refs", "main")).ShouldBe(HubTestBed.Commit);
        Directory.GetFiles(Path.Combine(repository, "blobs")).Length.ShouldBe(2);

        Hub.Requests.Clear();
        await _bed.FetchAsync(Address);
        Hub.Requests.ShouldAllBe(request => request.Path.StartsWith("/api/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_another_program_of_the_hub_has_fetched_is_taken_as_it_is()
    {
        var blob = Path.Combine(_bed.Blobs("datasets--org--rows"), FakeHub.Sha256(s_large));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.WriteAllBytes(blob, s_large);

        await _bed.FetchAsync(Address);

        Hub.Requests.ShouldNotContain(request => request.IsCdn);
    }

    [Fact]
    public async Task A_damaged_file_of_the_cache_is_noticed_and_fetched_again()
    {
        var files = await _bed.FetchAsync(Address);
        var blob = Path.Combine(_bed.Blobs("datasets--org--rows"), FakeHub.Sha256(s_large));
        var damaged = (byte[])s_large.Clone();
        damaged[7] ^= 1;
        File.WriteAllBytes(blob, damaged);

        await _bed.FetchAsync(Address);

        File.ReadAllBytes(files[0].LocalPath).ShouldBe(s_large);
        _bed.Notes.ShouldContain(note => note.Contains("damaged"));
    }

    [Fact]
    public async Task A_list_of_files_is_read_to_its_last_page()
    {
        Hub.PageSize = 1;

        (await _bed.FetchAsync(Address)).Count.ShouldBe(2);

        Hub.Requests.Count(request => request.Path.Contains("/tree/")).ShouldBe(3);
    }

    [Fact]
    public async Task The_token_goes_to_the_endpoint_and_never_to_the_host_it_redirects_to()
    {
        await _bed.FetchAsync(Address, token: "hf_secret");

        Hub.Requests.Where(request => !request.IsCdn).ShouldAllBe(request => request.Authorization == "Bearer hf_secret");
        Hub.Requests.Where(request => request.IsCdn).ShouldNotBeEmpty();
        Hub.Requests.Where(request => request.IsCdn).ShouldAllBe(request => request.Authorization == null);
        Directory.EnumerateFiles(_bed.Folder.Path, "*", SearchOption.AllDirectories)
            .ShouldAllBe(path => !File.ReadAllText(path, Encoding.Latin1).Contains("hf_secret"));
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_by_a_range_request_that_names_the_version()
    {
        Hub.Fail(Large, new FakeFault { CutAfter = 100_000 }, new FakeFault { CutAfter = 50_000 });

        var files = await _bed.FetchAsync(Address);

        File.ReadAllBytes(files[0].LocalPath).ShouldBe(s_large);
        var parts = Hub.Requests.Where(request => request.IsCdn).ToList();
        parts.Count.ShouldBe(3);
        parts[0].Range.ShouldBeNull();
        parts[1].Range.ShouldBe("bytes=100000-");
        parts[1].IfRange.ShouldStartWith("\"cdn-");
        parts[2].Range.ShouldBe("bytes=150000-");
        _bed.Time.Waits.ShouldContain(wait => wait > TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task Another_process_goes_on_where_a_killed_one_stopped()
    {
        Hub.Fail(Large, new FakeFault { CutAfter = 100_000 });
        var fetcher = _bed.Fetcher(retries: 0);
        var pin = await fetcher.ResolveAsync(RemoteSource.Parse(Address, RemoteContent.Data), default);
        (await Should.ThrowAsync<HubException>(() => fetcher.FetchAsync(pin, _bed, default))).Message.ShouldContain("what is here is kept");

        await _bed.Fetcher().FetchAsync(pin, _bed, default);

        Hub.Requests.Last(request => request.IsCdn).Range.ShouldBe("bytes=100000-");
        Directory.GetFiles(_bed.Blobs("datasets--org--rows")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_server_that_answers_a_part_with_the_whole_is_taken_from_the_beginning()
    {
        Hub.Fail(Large, new FakeFault { CutAfter = 100_000 }, new FakeFault { IgnoreRange = true });

        File.ReadAllBytes((await _bed.FetchAsync(Address))[0].LocalPath).ShouldBe(s_large);
    }

    [Fact]
    public async Task A_file_that_changed_at_the_server_in_the_middle_is_taken_from_the_beginning()
    {
        Hub.Fail(Large, new FakeFault { CutAfter = 100_000 });
        var fetcher = _bed.Fetcher(retries: 0);
        var pin = await fetcher.ResolveAsync(RemoteSource.Parse(Address, RemoteContent.Data), default);
        await Should.ThrowAsync<HubException>(() => fetcher.FetchAsync(pin, _bed, default));
        var partial = Directory.GetFiles(_bed.Blobs("datasets--org--rows"), "*.incomplete").Single();
        File.WriteAllText(partial + ".etag", "\"other\"");
        File.WriteAllBytes(partial, new byte[100_000]);

        File.ReadAllBytes((await _bed.FetchAsync(Address))[0].LocalPath).ShouldBe(s_large);
    }

    [Fact]
    public async Task An_answer_with_another_part_than_was_asked_for_is_not_put_together()
    {
        Hub.Fail(Large, new FakeFault { CutAfter = 100_000 }, new FakeFault { OtherRange = true });

        File.ReadAllBytes((await _bed.FetchAsync(Address))[0].LocalPath).ShouldBe(s_large);
    }

    [Fact]
    public async Task A_wrong_content_is_thrown_away_and_asked_for_once_more()
    {
        Hub.Fail(Large, new FakeFault { WrongContent = true });

        File.ReadAllBytes((await _bed.FetchAsync(Address))[0].LocalPath).ShouldBe(s_large);
    }

    [Fact]
    public async Task A_content_that_stays_wrong_is_refused_and_nothing_of_it_is_kept()
    {
        Hub.Fail(Large, [.. Enumerable.Repeat(new FakeFault { WrongContent = true }, 10)]);

        var failure = await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address));

        failure.Message.ShouldContain(Large);
        failure.Message.ShouldContain("SHA-256");
        Directory.GetFiles(_bed.Blobs("datasets--org--rows")).ShouldNotContain(path => path.Contains(FakeHub.Sha256(s_large)));
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_length_that_stays_wrong_is_refused(int longer)
    {
        Hub.Fail(Large, [.. Enumerable.Repeat(new FakeFault { Longer = longer }, 10)]);

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address))).Message.ShouldContain("announces");
        Hub.Requests.Count(request => request.IsCdn).ShouldBe(4); // once and three times again
    }

    [Fact]
    public async Task A_server_that_goes_silent_is_given_up_and_asked_again()
    {
        Hub.Fail(Large, new FakeFault { StallAfter = 1000 });
        var fetcher = _bed.Fetcher(patience: TimeSpan.FromMilliseconds(500));
        var pin = await fetcher.ResolveAsync(RemoteSource.Parse(Address, RemoteContent.Data), default);

        File.ReadAllBytes((await fetcher.FetchAsync(pin, _bed, default))[0].LocalPath).ShouldBe(s_large);
        Hub.Requests.Last(request => request.IsCdn).Range.ShouldBe("bytes=1000-");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_server_that_asks_to_wait_is_waited_for(int status)
    {
        Hub.ApiFaults.Enqueue(new FakeFault { Status = status, RetryAfter = "17" });

        await _bed.FetchAsync(Address);

        _bed.Time.Waits.ShouldContain(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task Tries_are_bounded_and_the_last_failure_is_told()
    {
        foreach (var _ in Enumerable.Range(0, 10))
        {
            Hub.ApiFaults.Enqueue(new FakeFault { Status = 500 });
        }

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address))).Message.ShouldContain("500");
        Hub.Requests.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_wait_of_more_than_five_minutes_is_not_waited_for()
    {
        Hub.ApiFaults.Enqueue(new FakeFault { Status = 429, RetryAfter = "3600" });

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address))).Message.ShouldContain("asked to wait 3600 s");
        Hub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_gated_repository_says_where_to_accept_its_terms()
    {
        Hub.Repositories["models/org/gated"] = new FakeRepository(HubTestBed.Commit) { Token = "hf_good", Gated = true };
        foreach (var token in new[] { null, "hf_wrong" })
        {
            var failure = await Should.ThrowAsync<HubException>(() => _bed.FetchAsync("hf://models/org/gated", RemoteContent.Model, token));
            failure.Message.ShouldContain($"{Hub.Endpoint}org/gated");
            failure.Message.ShouldContain("terms");
            failure.Message.ShouldContain("HF_TOKEN");
            failure.Message.ShouldNotContain("hf_wrong");
        }

        Hub.Requests.Count.ShouldBe(2); // trying again would not help
    }

    [Theory]
    [InlineData("hf://datasets/org/nothing/x.parquet", "HF_TOKEN")]
    [InlineData("hf://datasets/org/rows@gone/data/*.parquet", "no such revision")]
    [InlineData("hf://datasets/org/rows/data/train-*.csv", "no file matches")]
    public async Task What_is_not_there_is_named(string address, string reason) =>
        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(address, token: "hf_x"))).Message.ShouldContain(reason);

    [Theory]
    [InlineData("../outside.parquet")]
    [InlineData("data/../../train-9.parquet")]
    [InlineData("/data/train-9.parquet")]
    [InlineData("data\\train-9.parquet")]
    public async Task A_listed_path_that_leaves_its_folder_is_refused(string path)
    {
        Hub.ListedBesides = path;

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync("hf://datasets/org/rows/**"))).Message.ShouldContain("stay inside its folder");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{")]
    [InlineData("<html>")]
    [InlineData("[{\"type\":\"file\"}]")]
    [InlineData("[{\"type\":\"file\",\"path\":\"x\",\"size\":-1,\"oid\":\"0123456789abcdef0123456789abcdef01234567\"}]")]
    [InlineData("[{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"../../etc/passwd\"}]")]
    [InlineData("[{\"type\":\"file\",\"path\":\"\\ud800\",\"size\":1,\"oid\":\"0123456789abcdef0123456789abcdef01234567\"}]")]
    public async Task A_list_of_files_that_no_hub_gives_is_refused(string list)
    {
        Hub.RawList = list;

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address))).Message.ShouldContain("hf://datasets/org/rows");
    }

    [Theory]
    [InlineData("http://elsewhere.example/api/datasets/org/rows/tree/x")]
    [InlineData("http://[::bad")]
    public async Task A_next_page_at_another_host_is_not_asked_for(string page)
    {
        Hub.RawNextPage = page;

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address, token: "hf_secret"))).Message.ShouldContain("HF_ENDPOINT");
    }

    [Fact]
    public async Task Offline_uses_what_is_here_and_names_what_is_missing()
    {
        var source = RemoteSource.Parse(Address, RemoteContent.Data);
        (await Should.ThrowAsync<HubException>(() => _bed.Fetcher(offline: true).ResolveAsync(source, default))).Message.ShouldContain("offline");
        var pin = await _bed.Fetcher().ResolveAsync(source, default);
        await _bed.Fetcher().FetchAsync(pin, _bed, default);
        Hub.Requests.Clear();

        var offline = _bed.Fetcher(offline: true);
        (await offline.ResolveAsync(source, default)).ContentHash.ShouldBe(pin.ContentHash);
        (await offline.FetchAsync(pin, _bed, default)).Count.ShouldBe(2);
        File.Delete(Path.Combine(_bed.Blobs("datasets--org--rows"), FakeHub.Sha256(s_large)));
        (await Should.ThrowAsync<HubException>(() => offline.FetchAsync(pin, _bed, default))).Message.ShouldContain($"{Large} (300000 bytes) is not on this machine");
        Hub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_larger_than_the_disk_is_refused_before_a_byte_is_fetched()
    {
        var pin = new SourcePin(RemoteSource.Parse(Address, RemoteContent.Data), HubTestBed.Commit, [new HubFile(Large, long.MaxValue, FakeHub.Sha256(s_large))]);

        (await Should.ThrowAsync<HubException>(() => _bed.Fetcher().FetchAsync(pin, _bed, default))).Message.ShouldContain("free");
        Hub.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_redirect_in_circles_ends()
    {
        Hub.Fail("data/train-1.parquet", [.. Enumerable.Repeat(new FakeFault { Redirect = $"/datasets/org/rows/resolve/{HubTestBed.Commit}/data/train-1.parquet" }, 100)]);

        (await Should.ThrowAsync<HubException>(() => _bed.FetchAsync(Address))).Message.ShouldContain("circles");
    }

    [Fact]
    public async Task A_file_of_a_web_server_is_settled_by_its_content_and_a_changed_one_is_refused()
    {
        Hub.Add("plain", HubTestBed.Commit, ("rows.jsonl", s_small, false));
        var source = RemoteSource.Parse($"{Hub.Endpoint}plain/rows.jsonl", RemoteContent.Data);
        Hub.Fail("/plain/rows.jsonl", new FakeFault { CutAfter = 400 });
        var pin = await _bed.Fetcher("hf_secret").ResolveAsync(source, default);
        pin.Files.Single().Hash.ShouldBe(FakeHub.Sha256(s_small));
        var file = (await _bed.Fetcher().FetchAsync(pin, _bed, default)).Single();
        File.ReadAllBytes(file.LocalPath).ShouldBe(s_small);
        Hub.Requests.Count.ShouldBe(2);

        File.Delete(file.LocalPath);
        Hub.Repositories["plain"].Files["rows.jsonl"] = (HubTestBed.Bytes(1000, seed: 3), false);
        (await Should.ThrowAsync<HubException>(() => _bed.Fetcher().FetchAsync(pin, _bed, default))).Message.ShouldContain("SHA-256");
    }

    [Fact]
    public async Task Progress_grows_to_the_whole()
    {
        Hub.Add("datasets/org/big", HubTestBed.Commit, ("a.bin", HubTestBed.Bytes(3 << 20), true));

        await _bed.FetchAsync("hf://datasets/org/big/*");

        _bed.Steps.ShouldBe([1, 2, 3]);
    }
}
