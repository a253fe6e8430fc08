using Zephyr.Core;
using Zephyr.Experiments.Store.Remote;

namespace Zephyr.Experiments.Tests.Store.Remote;

public sealed class S3RemoteStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zephyr-s3-").FullName;

    [Fact]
    public async Task What_is_put_comes_back_whole_or_from_an_offset_and_what_is_not_there_is_null()
    {
        await using var server = await FakeS3.StartAsync();
        using var store = Open(server);
        await store.PutAsync("objects/ab/abc", Write("0123456789"), default);
        server.Objects.Keys.ShouldBe(["team/one/objects/ab/abc"]);
        (await store.SizeAsync("objects/ab/abc", default)).ShouldBe(10);
        (await store.SizeAsync("objects/ab/other", default)).ShouldBeNull();
        (await store.OpenAsync("objects/ab/other", 0, default)).ShouldBeNull();
        var file = (await store.OpenAsync("objects/ab/abc", 4, default)).ShouldNotBeNull();
        file.Size.ShouldBe(10);
        using var reader = new StreamReader(file.Content);
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe("456789");
    }

    [Fact]
    public async Task A_large_file_goes_in_parts_and_appears_when_all_are_there()
    {
        await using var server = await FakeS3.StartAsync();
        using var store = Open(server, partBytes: 4);
        await store.PutAsync("objects/ab/abc", Write("0123456789"), default);
        System.Text.Encoding.ASCII.GetString(server.Objects["team/one/objects/ab/abc"]).ShouldBe("0123456789");
        server.Requests.Count(request => request.StartsWith("PUT", StringComparison.Ordinal)).ShouldBe(3); // of 4, 4 and 2 bytes
    }

    [Fact]
    public async Task Parts_of_an_upload_that_fails_are_dropped()
    {
        await using var server = await FakeS3.StartAsync();
        using var store = Open(server, partBytes: 4);
        var puts = 0;
        server.Fault = request => request.StartsWith("PUT", StringComparison.Ordinal) && ++puts == 2 ? S3Fault.Busy : null;
        (await Should.ThrowAsync<RemoteStoreException>(() => store.PutAsync("objects/ab/abc", Write("0123456789"), default))).IsTransient.ShouldBeTrue();
        server.OpenUploads.ShouldBe(0);
        server.Objects.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_no_message_holds_a_key()
    {
        await using var server = await FakeS3.StartAsync();
        using var store = Open(server, secret: "wrong-secret-wrong-secret");
        var failure = await Should.ThrowAsync<RemoteStoreException>(() => store.OpenAsync("stages/x.json", 0, default));
        failure.IsTransient.ShouldBeFalse();
        failure.Message.ShouldBe("s3://results/team/one: access to stages/x.json is refused (403, SignatureDoesNotMatch). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_REGION, this machine's clock, and that the keys may read, list and write there.");
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_and_a_server_that_is_away_are_told_apart()
    {
        await using var server = await FakeS3.StartAsync();
        using (var other = new S3RemoteStore("s3://nothing", Variables(server.Endpoint, FakeS3.Secret)))
        {
            (await Should.ThrowAsync<RemoteStoreException>(() => other.OpenAsync("stages/x.json", 0, default))).Message.ShouldContain("there is no such bucket");
        }

        using var away = new S3RemoteStore("s3://results", Variables("http://127.0.0.1:1", FakeS3.Secret));
        (await Should.ThrowAsync<RemoteStoreException>(() => away.SizeAsync("stages/x.json", default))).IsTransient.ShouldBeTrue();
    }

    [Theory]
    [InlineData("s3://", "no address of a bucket")]
    [InlineData("s3://user:key@bucket", "no address of a bucket")]
    public void An_address_that_is_none_is_refused(string address, string message) =>
        Should.Throw<ZephyrException>(() => new S3RemoteStore(address, _ => "x")).Message.ShouldContain(message);

    [Fact]
    public void Without_keys_the_message_says_which_to_set() =>
        Should.Throw<ZephyrException>(() => new S3RemoteStore("s3://bucket", _ => null)).Message.ShouldContain("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static Func<string, string?> Variables(string endpoint, string secret) => name => name switch
    {
        "AWS_ENDPOINT_URL" => endpoint,
        "AWS_ACCESS_KEY_ID" => FakeS3.KeyId,
        "AWS_SECRET_ACCESS_KEY" => secret,
        "AWS_REGION" => "eu-central-1",
        _ => null,
    };

    private static S3RemoteStore Open(FakeS3 server, string secret = FakeS3.Secret, long partBytes = 64 << 20) =>
        new($"s3://{FakeS3.Bucket}/team/one/", Variables(server.Endpoint, secret), partBytes);

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "file");
        File.WriteAllText(path, text);
        return path;
    }
}
