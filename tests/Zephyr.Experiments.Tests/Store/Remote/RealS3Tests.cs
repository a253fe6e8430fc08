using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Zephyr.Experiments.Http;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store.Remote;
using Zephyr.Experiments.Terminal;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Store.Remote;

/// <summary>A shared store in a bucket of a server whose authors never saw our client.</summary>
public sealed class RealS3Tests(LocalS3 server) : IClassFixture<LocalS3>, IDisposable
{
    private const int SmallestPart = 5 << 20; // of S3
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-s3-").FullName;

    [Fact]
    public async Task What_is_put_whole_or_in_parts_comes_back_whole_or_from_an_offset()
    {
        using var store = Open();
        foreach (var (name, length) in new[] { ("objects/aa/small", 1000), ("objects/bb/parts", (2 * SmallestPart) + 123), ("objects/cc/empty", 0) })
        {
            var (path, bytes) = Write(length);
            (await store.SizeAsync(name, default)).ShouldBeNull();
            (await store.OpenAsync(name, 0, default)).ShouldBeNull();
            await store.PutAsync(name, path, default);
            (await store.SizeAsync(name, default)).ShouldBe(length);
            (await ReadAsync(store, name, 0)).ShouldBe(bytes);
            if (length > 0)
            {
                (await ReadAsync(store, name, length - 7)).ShouldBe(bytes[^7..]);
            }
        }

        var (other, changed) = Write(500);
        await store.PutAsync("objects/aa/small", other, default); // in place of the first
        (await ReadAsync(store, "objects/aa/small", 0)).ShouldBe(changed);
    }

    [Fact]
    public async Task What_one_machine_computed_another_fetches_in_place_of_computing_it()
    {
        using var one = new TestRepository();
        using var two = new TestRepository();
        await RunAsync(one, FakeStage.Chain(), push: true);
        var stages = FakeStage.Chain();
        await RunAsync(two, stages, push: false);
        stages.ShouldAllBe(stage => stage.Runs == 0);
        two.View("train/model.bin").ShouldBe("20000 cut 512 beta 0.1");
    }

    [Fact]
    public async Task A_wrong_key_another_user_and_a_bucket_that_is_not_there_are_refused()
    {
        using (var wrong = Open(("AWS_SECRET_ACCESS_KEY", "not-the-secret")))
        {
            var failure = await Should.ThrowAsync<RemoteStoreException>(() => wrong.OpenAsync("stages/x.json", 0, default));
            failure.IsTransient.ShouldBeFalse();
            failure.Message.ShouldContain("access to stages/x.json is refused (403, SignatureDoesNotMatch)");
            (await Should.ThrowAsync<RemoteStoreException>(() => wrong.PutAsync("objects/aa/x", Write(10).Path, default))).Message.ShouldNotContain("not-the-secret");
        }

        using (var nobody = Open(("AWS_ACCESS_KEY_ID", "nobody:here")))
        {
            (await Should.ThrowAsync<RemoteStoreException>(() => nobody.SizeAsync("stages/x.json", default))).Message.ShouldContain("is refused (403");
        }

        using var nowhere = new S3RemoteStore("s3://no-such-bucket", server.Variable);
        (await Should.ThrowAsync<RemoteStoreException>(() => nowhere.OpenAsync("stages/x.json", 0, default))).Message.ShouldContain("there is no such bucket");
    }

    [Fact]
    public async Task A_server_killed_in_the_middle_of_an_upload_shows_nothing_of_it_and_takes_it_the_next_time()
    {
        using var store = Open();
        var (path, bytes) = Write(8 * SmallestPart);
        var upload = store.PutAsync("objects/dd/killed", path, default);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        server.Kill();
        (await Should.ThrowAsync<RemoteStoreException>(() => upload)).IsTransient.ShouldBeTrue();
        server.Start();
        (await store.SizeAsync("objects/dd/killed", default)).ShouldBeNull();
        await store.PutAsync("objects/dd/killed", path, default);
        (await ReadAsync(store, "objects/dd/killed", 0)).ShouldBe(bytes);
    }

    [Fact]
    public async Task A_server_whose_test_process_has_died_ends_by_itself()
    {
        using var store = Open();
        await store.PutAsync("objects/ee/kept", Write(10).Path, default);
        server.LetGo(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        (await store.SizeAsync("objects/ee/kept", default)).ShouldBe(10);
    }

    [Fact]
    public async Task Parts_of_a_killed_upload_are_dropped_by_the_next_that_sends_parts_a_week_later_and_no_others()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(server.Variable("AWS_ACCESS_KEY_ID"), server.Variable("AWS_SECRET_ACCESS_KEY")),
            new AmazonS3Config { ServiceURL = server.Variable("AWS_ENDPOINT_URL"), AuthenticationRegion = "us-east-1", ForcePathStyle = true });
        var ours = $"team/objects/ee/{new string('e', 64)}";
        foreach (var key in new[] { ours, "team/objects/others.bin", "elsewhere" })
        {
            await client.InitiateMultipartUploadAsync("results", key, TestContext.Current.CancellationToken);
        }

        async Task<string[]> LeftAsync() =>
            [.. ((await client.ListMultipartUploadsAsync("results", TestContext.Current.CancellationToken)).MultipartUploads ?? []).Select(static upload => upload.Key).Order(StringComparer.Ordinal)];
        foreach (var (days, left) in new[] { (6, new[] { "elsewhere", ours, "team/objects/others.bin" }), (8, ["elsewhere", "team/objects/others.bin"]) })
        {
            using var store = new S3RemoteStore(LocalS3.Bucket, server.Variable, SmallestPart, new ShiftedTime(TimeSpan.FromDays(days)));
            await store.PutAsync("objects/ff/parts", Write(SmallestPart + 1).Path, default);
            (await LeftAsync()).ShouldBe(left);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<byte[]> ReadAsync(S3RemoteStore store, string name, long offset)
    {
        var file = (await store.OpenAsync(name, offset, default)).ShouldNotBeNull();
        await using var content = file.Content;
        using var read = new MemoryStream();
        await content.CopyToAsync(read);
        file.Size.ShouldBe(offset + read.Length);
        return read.ToArray();
    }

    private S3RemoteStore Open(params (string Name, string Value)[] variables)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        return new S3RemoteStore(LocalS3.Bucket, name => Array.Find(variables, pair => pair.Name == name).Value ?? server.Variable(name), SmallestPart);
    }

    private async Task RunAsync(TestRepository repository, FakeStage[] stages, bool push)
    {
        using var results = new RemoteResults(
            repository.Store, Open(), TransientRetry.Create(2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), new InstantTime()), repository.Shown.WriteLine)
        {
            Push = push,
        };
        var services = new RunServices(new NullRunTracker(), new LineDisplay(repository.Shown, TimeProvider.System), TimeProvider.System, ProcessEnvironment.Describe) { Remote = results };
        var run = await new PipelineRunner(Pipeline.Create(stages), repository.Store, services, repository.Folder).RunAsync(repository.Load(), new RunOptions(), CancellationToken.None);
        run.Status.ShouldBe(RunStatus.Finished);
        results.Failures.ShouldBeEmpty();
    }

    private (string Path, byte[] Bytes) Write(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        var path = Path.Combine(_folder, $"{length}");
        File.WriteAllBytes(path, bytes);
        return (path, bytes);
    }
}
