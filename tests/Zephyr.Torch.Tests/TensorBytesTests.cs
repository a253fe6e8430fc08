using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests;

public sealed class TensorBytesTests
{
    [Fact]
    public void Every_bfloat16_survives_the_round_trip()
    {
        using var scope = NewDisposeScope();
        var bits = Enumerable.Range(0, 65536).Select(value => (ushort)value).ToArray();
        var bytes = MemoryMarshal.AsBytes(bits.AsSpan()).ToArray();

        var tensor = TensorBytes.From(bytes, [256, 256], ScalarType.BFloat16);
        var back = new byte[TensorBytes.Length(tensor)];
        TensorBytes.CopyTo(tensor, back);

        back.ShouldBe(bytes);
    }

    [Fact]
    public void A_bfloat16_is_the_upper_half_of_a_float32_rounded_to_even()
    {
        using var scope = NewDisposeScope();

        // 1 + 2^-8 lies halfway between 0x3F80 (1) and 0x3F81; even wins. 1 + 3 * 2^-8 is halfway to 0x3F82.
        var rounded = tensor(new[] { 1f + (1f / 256), 1f + (3f / 256), 3.1415927f }).to_type(ScalarType.BFloat16);
        var bytes = new byte[6];
        TensorBytes.CopyTo(rounded, bytes);

        MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().ShouldBe([(ushort)0x3F80, (ushort)0x3F82, (ushort)0x4049]);
        rounded.to_type(float32).data<float>().ToArray().ShouldBe([1f, 1.015625f, 3.140625f]);
    }

    [Fact]
    public void A_view_is_copied_in_row_major_order()
    {
        using var scope = NewDisposeScope();
        arange(6, int32).view(2, 3).t().data<int>().ToArray().ShouldBe([0, 3, 1, 4, 2, 5]);
    }

    [Fact]
    public void Bytes_of_another_length_are_refused()
    {
        using var scope = NewDisposeScope();
        var values = ones([2, 2]);
        Should.Throw<ShapeMismatchException>(() => TensorBytes.CopyTo(values, new byte[15])).Message.ShouldContain("16 bytes do not fit a span of 15");
        Should.Throw<ShapeMismatchException>(() => TensorBytes.From(new byte[16], [3], float32)).Message.ShouldContain("takes 12 bytes, but 16 were given");
    }

    [Fact]
    public void An_empty_tensor_has_no_bytes()
    {
        using var scope = NewDisposeScope();
        var none = TensorBytes.From([], [0, 4], float32);
        none.shape.ShouldBe([0L, 4L]);
        none.data<float>().ToArray().ShouldBeEmpty();
    }

    [Fact]
    public void Reading_elements_as_another_type_is_refused()
    {
        using var scope = NewDisposeScope();
        var values = ones([2]);
        Should.Throw<ArgumentException>(() => values.data<long>()).Message.ShouldContain("float32[2] cpu are Float32");
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Byte)]
    public void Item_converts_to_the_type_asked_for(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var value = tensor(3, dtype);
        value.item<int>().ShouldBe(3);
        value.item<long>().ShouldBe(3);
        value.item<float>().ShouldBe(3);
        value.item<double>().ShouldBe(3);
        value.item<bool>().ShouldBeTrue();
        Should.Throw<NotSupportedException>(() => value.item<char>());
    }
}
