using System.Buffers.Binary;
using System.Text;
using Zephyr.Core.Checkpoints;

namespace Zephyr.Core.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        SafetensorsWriter.Write(Target, [Tensor("b", SafetensorsType.Float32, [2], 1, 2, 3, 4, 5, 6, 7, 8), Tensor("a", SafetensorsType.Bfloat16, [1, 1], 9, 10)]);

        using var file = SafetensorsFile.Open(Target);

        file.Metadata["format"].ShouldBe("pt");
        file.Entries.Select(entry => entry.Name).ShouldBe(["b", "a"]);
        file.Bytes("a").ToArray().ShouldBe(new byte[] { 9, 10 });
        file.Entry("b", SafetensorsType.Float32, 2).Length.ShouldBe(8);
    }

    [Fact]
    public void The_same_tensors_in_another_order_give_the_same_bytes()
    {
        var first = Tensor("a", SafetensorsType.UInt8, [3], 1, 2, 3);
        var second = Tensor("é", SafetensorsType.Int64, [1], 1, 2, 3, 4, 5, 6, 7, 8);
        SafetensorsWriter.Write(Target, [first, second]);
        var once = File.ReadAllBytes(Target);

        SafetensorsWriter.Write(Target, [second, first]);

        File.ReadAllBytes(Target).ShouldBe(once);
        Directory.GetFileSystemEntries(_folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void The_body_starts_at_a_multiple_of_eight()
    {
        SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.UInt8, [1], 1)]);

        (BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(Target)) % 8).ShouldBe(0);
    }

    [Fact]
    public void A_tensor_without_elements_and_a_file_without_tensors_are_valid()
    {
        SafetensorsWriter.Write(Target, [Tensor("empty", SafetensorsType.Float32, [0, 4])]);
        using (var file = SafetensorsFile.Open(Target))
        {
            file.Bytes("empty").Length.ShouldBe(0);
        }

        WriteRaw("{}", 0);
        using var none = SafetensorsFile.Open(Target);
        none.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("overlap", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, "overlaps")]
    [InlineData("hole", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}""", 6, "hole")]
    [InlineData("start", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "hole")]
    [InlineData("trailing", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 3, "belong to none")]
    [InlineData("short", """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 2, "beyond the file")]
    [InlineData("duplicate", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "twice")]
    [InlineData("dtype", """{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "F31")]
    [InlineData("size", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not fill")]
    [InlineData("overflow", """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [InlineData("negative", """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "whole numbers")]
    [InlineData("fraction", """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "whole numbers")]
    [InlineData("huge", """{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}}""", 1, "whole numbers")]
    [InlineData("backwards", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}""", 2, "before its start")]
    [InlineData("three", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "lacks")]
    [InlineData("missing", """{"a":{"dtype":"U8","shape":[1]}}""", 1, "lacks")]
    [InlineData("repeated key", """{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, "repeated")]
    [InlineData("extra key", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}""", 1, "unknown")]
    [InlineData("list", """{"a":[1]}""", 1, "no object")]
    [InlineData("metadata", """{"__metadata__":{"a":1}}""", 0, "__metadata__")]
    [InlineData("metadata twice", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice")]
    [InlineData("array", "[1,2]  ", 0, "does not start")]
    [InlineData("space first", " {}", 0, "does not start")]
    [InlineData("truncated", """{"a":{"dtype":"U8","shape":[1],""", 0, "JSON")]
    [InlineData("after", "{} {}", 0, "JSON")]
    [InlineData("comment", "{/* */}", 0, "JSON")]
    public void A_malformed_header_is_refused_with_the_reason(string attack, string header, int body, string reason)
    {
        WriteRaw(header, body);

        var failure = Should.Throw<SafetensorsFormatException>(() => SafetensorsFile.Open(Target), attack);

        failure.Message.ShouldContain(reason);
        failure.Message.ShouldContain(Target);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(17UL)]
    public void A_header_length_out_of_bounds_is_refused_before_anything_is_allocated(ulong length)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(Target, bytes);

        Should.Throw<SafetensorsFormatException>(() => SafetensorsFile.Open(Target)).Message.ShouldContain("header's length");
    }

    [Fact]
    public void Deeply_nested_json_is_refused()
    {
        WriteRaw("{\"a\":" + new string('[', 100_000), 0);

        Should.Throw<SafetensorsFormatException>(() => SafetensorsFile.Open(Target));
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.Int32, [2], 1, 2, 3, 4, 5, 6, 7, 8)]);
        var whole = File.ReadAllBytes(Target);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Target, whole[..length]);

            Should.Throw<SafetensorsFormatException>(() => SafetensorsFile.Open(Target), $"{length} bytes");
        }
    }

    [Fact]
    public void A_flipped_byte_of_the_header_is_refused_or_leaves_a_valid_header_but_never_another_failure()
    {
        SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.Int32, [2], 1, 2, 3, 4, 5, 6, 7, 8)]);
        var whole = File.ReadAllBytes(Target);
        var refused = 0;
        for (var position = 0; position < whole.Length - 8; position++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[position] ^= 0x10;
            File.WriteAllBytes(Target, damaged);
            try
            {
                SafetensorsFile.Open(Target).Dispose();
            }
            catch (SafetensorsFormatException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(whole.Length / 2);
    }

    [Fact]
    public void A_missing_tensor_and_a_wrong_shape_are_named()
    {
        SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.UInt8, [1], 1)]);
        using var file = SafetensorsFile.Open(Target);

        Should.Throw<SafetensorsFormatException>(() => file.Entry("b")).Message.ShouldContain("'b'");
        Should.Throw<SafetensorsFormatException>(() => file.Entry("a", SafetensorsType.UInt8, 2)).Message.ShouldContain("expected U8 [2]");
    }

    [Fact]
    public void A_missing_file_says_so()
    {
        Should.Throw<ZephyrException>(() => SafetensorsFile.Open(Target)).Message.ShouldContain("does not exist");
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_temporary()
    {
        SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.UInt8, [1], 1)]);
        var before = File.ReadAllBytes(Target);

        Should.Throw<ZephyrException>(() => SafetensorsWriter.Write(Target, [Tensor("a", SafetensorsType.UInt8, [2], 1)])).Message.ShouldContain("'a'");

        File.ReadAllBytes(Target).ShouldBe(before);
        Directory.GetFileSystemEntries(_folder.Path).ShouldHaveSingleItem();
    }

    private static SafetensorsContent Tensor(string name, SafetensorsType type, long[] shape, params byte[] bytes) => new(name, type, shape, () => bytes);

    private void WriteRaw(string header, int body)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + body];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        File.WriteAllBytes(Target, bytes);
    }
}
