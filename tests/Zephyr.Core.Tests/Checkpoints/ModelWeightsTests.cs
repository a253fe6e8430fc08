using System.Text.Json;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Tests.Checkpoints;

public sealed class ModelWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Index => Path.Combine(_folder.Path, ModelWeights.IndexFile);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_fits_is_one_file_and_what_does_not_is_split_in_the_order_given()
    {
        ModelWeightsWriter.Write(_folder.Path, [Tensor("c", 4), Tensor("a", 4), Tensor("b", 12), Tensor("d", 4)], maxShardBytes: 8);

        // 4 + 4 fill the first file; 12 is more than one may have and stands alone; 4 is left.
        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", ModelWeights.IndexFile]);
        var index = SafetensorsIndex.Read(Index);
        index.TotalSize.ShouldBe(24);
        index.FileOf["a"].ShouldBe("model-00001-of-00003.safetensors");
        index.FileOf["b"].ShouldBe("model-00002-of-00003.safetensors");
        using var weights = ModelWeights.Open(_folder.Path);
        weights.Entries.Select(entry => entry.Name).ShouldBe(["a", "c", "b", "d"]);
        weights.FileOf("b")!.Bytes("b").ToArray().ShouldBe(Content("b", 12));
        ModelWeights.FileNames(_folder.Path).Count.ShouldBe(4);

        using var other = new TemporaryFolder();
        ModelWeightsWriter.Write(other.Path, [Tensor("c", 4), Tensor("a", 4)], maxShardBytes: 8);
        ModelWeights.FileNames(other.Path).ShouldBe([ModelWeights.SingleFile]);
        using var single = ModelWeights.Open(other.Path);
        single.FileOf("x").ShouldBeNull();
    }

    [Fact]
    public void A_tensor_that_index_and_file_do_not_agree_on_is_named()
    {
        Shard("model-1.safetensors", "a", "extra");
        Shard("model-2.safetensors", "b");
        Map(("a", "model-1.safetensors"), ("b", "model-2.safetensors"), ("gone", "model-2.safetensors"));

        var failure = Should.Throw<SafetensorsFormatException>(() => ModelWeights.Open(_folder.Path));

        failure.Message.ShouldContain("model-1.safetensors holds 'extra', which the index does not name");
        failure.Message.ShouldContain("'gone' is missing in model-2.safetensors");
    }

    [Fact]
    public void A_tensor_in_two_files_is_refused()
    {
        Shard("model-1.safetensors", "a");
        Shard("model-2.safetensors", "a", "b");
        Map(("a", "model-1.safetensors"), ("b", "model-2.safetensors"));

        Should.Throw<SafetensorsFormatException>(() => ModelWeights.Open(_folder.Path)).Message
            .ShouldContain("model-2.safetensors holds 'a', which the index says is in model-1.safetensors");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Shard("model-1.safetensors", "a");
        Map(("a", "model-1.safetensors"), ("b", "model-2.safetensors"));

        Should.Throw<ZephyrException>(() => ModelWeights.Open(_folder.Path)).Message.ShouldContain("model-2.safetensors");
    }

    [Fact]
    public void A_folder_without_weights_says_what_is_looked_for() =>
        Should.Throw<ZephyrException>(() => ModelWeights.FileNames(_folder.Path)).Message.ShouldContain(ModelWeights.SingleFile);

    [Theory]
    [InlineData("outside", """{"weight_map":{"a":"../x.safetensors"}}""", "'../x.safetensors'")]
    [InlineData("absolute", """{"weight_map":{"a":"/etc/x.safetensors"}}""", "same folder")]
    [InlineData("backslash", """{"weight_map":{"a":"..\\x.safetensors"}}""", "same folder")]
    [InlineData("hidden", """{"weight_map":{"a":".safetensors"}}""", "same folder")]
    [InlineData("pickle", """{"weight_map":{"a":"pytorch_model.bin"}}""", "same folder")]
    [InlineData("duplicate tensor", """{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""", "appears twice")]
    [InlineData("duplicate key", """{"weight_map":{"a":"x.safetensors"},"weight_map":{}}""", "appears twice")]
    [InlineData("empty", """{"weight_map":{}}""", "missing or empty")]
    [InlineData("no map", """{"metadata":{}}""", "missing or empty")]
    [InlineData("map is a list", """{"weight_map":[]}""", "no object")]
    [InlineData("file is a number", """{"weight_map":{"a":1}}""", "no text")]
    [InlineData("metadata is a list", """{"metadata":[],"weight_map":{"a":"x.safetensors"}}""", "'metadata'")]
    [InlineData("list", "[]", "no object")]
    [InlineData("nothing", "", "JSON")]
    [InlineData("cut", """{"weight_map":{"a":""", "JSON")]
    [InlineData("more", """{"weight_map":{"a":"x.safetensors"}} {}""", "JSON")]
    public void A_malformed_index_is_refused_with_the_reason(string attack, string json, string reason)
    {
        File.WriteAllText(Index, json);

        var failure = Should.Throw<SafetensorsFormatException>(() => SafetensorsIndex.Read(Index), attack);

        failure.Message.ShouldContain(reason);
        failure.Message.ShouldContain(Index);
    }

    [Theory]
    [InlineData("""{"metadata":{"total_size":7.0,"other":[1,{"total_size":3}]},"weight_map":{"a":"x.safetensors"},"more":{"a":1}}""", null)]
    [InlineData("""{"metadata":null,"weight_map":{"a":"x.safetensors"}}""", null)]
    [InlineData("""{"metadata":{"total_size":7},"weight_map":{"a":"x.safetensors"}}""", 7L)]
    public void What_other_writers_put_into_an_index_is_read(string json, long? totalSize)
    {
        File.WriteAllText(Index, json);

        SafetensorsIndex.Read(Index).TotalSize.ShouldBe(totalSize);
    }

    [Fact]
    public void A_part_of_a_tensor_can_be_read_and_released_and_read_again()
    {
        var content = Enumerable.Range(0, 100_000).Select(static value => (byte)(value * 7)).ToArray();
        var path = Path.Combine(_folder.Path, ModelWeights.SingleFile);
        SafetensorsWriter.Write(path, [new SafetensorsContent("a", SafetensorsType.UInt8, [content.Length], () => content)]);
        using var file = SafetensorsFile.Open(path);
        var entry = file.Entry("a");
        for (var round = 0; round < 2; round++)
        {
            file.Bytes(entry, 12_345, 50_000).SequenceEqual(content.AsSpan(12_345, 50_000)).ShouldBeTrue();
            file.Release(entry, 12_345, 50_000);
        }

        Should.Throw<ArgumentOutOfRangeException>(() => file.Bytes(entry, 99_999, 2).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => file.Bytes(entry, -1, 2).Length);
    }

    private static byte[] Content(string name, int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(name[0] + i))];

    private static SafetensorsContent Tensor(string name, int count) => new(name, SafetensorsType.UInt8, [count], () => Content(name, count));

    private void Shard(string file, params string[] names) =>
        SafetensorsWriter.Write(Path.Combine(_folder.Path, file), names.Select(name => Tensor(name, 4)));

    private void Map(params (string Name, string File)[] map) =>
        File.WriteAllText(Index, JsonSerializer.Serialize(new { weight_map = map.ToDictionary(pair => pair.Name, pair => pair.File) }));
}
