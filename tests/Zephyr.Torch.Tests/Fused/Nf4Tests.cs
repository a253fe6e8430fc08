using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>4-bit weights against PyTorch (tests/reference/make_nf4_references.py) and against their composed twin.</summary>
public sealed class Nf4Tests
{
    private static readonly JsonElement References = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fused", "nf4-references.json"))).RootElement;

    [Fact]
    public void Codes_scales_and_decoded_values_match()
    {
        using var scope = NewDisposeScope();
        using var weight = Nf4Weight.Quantize(Read("small", "weight", 8, 64), doubleQuantization: false);

        Bytes(weight.Packed).ShouldBe(Numbers("small", "packed").Select(value => (byte)value).ToArray());
        Floats(weight.Absmax).ShouldBe(Numbers("small", "absmax").Select(value => (float)value).ToArray());
        Floats(Torch.Fused.Nf4Dequantize([weight], ScalarType.Float32)).ShouldBe(Numbers("small", "decoded").Select(value => (float)value).ToArray());
        weight.Scales.ShouldBeNull();
        weight.ByteCount.ShouldBe((8 * 64 / 2) + (8 * 4));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, Comparison.BFloat16)]
    public void A_product_and_its_gradient_match(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var weight = Nf4Weight.Quantize(Read("small", "weight", 8, 64), doubleQuantization: false);
        foreach (var linear in (Func<Tensor, Tensor>[])[x => Torch.Fused.Nf4Linear(x, [weight]), x => Composed.Nf4Linear(x, [weight])])
        {
            var x = Read("small", "x", 3, 64).to_type(type).requires_grad_();

            var y = linear(x);
            (y.to_type(ScalarType.Float32) * Read("small", "upstream", 3, 8)).sum().backward();

            Comparison.Error(y, Read("small", "y", 3, 8)).ShouldBeLessThan(tolerance);
            Comparison.Error(x.grad!, Read("small", "gradient", 3, 64)).ShouldBeLessThan(tolerance);
        }
    }

    [Fact]
    public void Doubly_quantized_scales_match()
    {
        using var scope = NewDisposeScope();
        var large = References.GetProperty("large");
        using var weight = Nf4Weight.Quantize(Counted(130, 128), doubleQuantization: true);

        Bytes(weight.Packed).ShouldBe(Convert.FromHexString(large.GetProperty("packed").GetString()!));
        Bytes(weight.Absmax).ShouldBe(Numbers("large", "codes").Select(value => (byte)value).ToArray());
        weight.Offset.ShouldBe(large.GetProperty("offset").GetDouble(), 1e-6);
        Comparison.Error(weight.Scales!, Read("large", "scales", 2)).ShouldBeLessThan(1e-6);
        var sums = Torch.Fused.Nf4Dequantize([weight], ScalarType.Float32).view(260, 64).to_type(ScalarType.Float64).sum(1);
        Comparison.Error(sums, Read("large", "block_sums", 260)).ShouldBeLessThan(1e-6);

        // 4 bits a value, 8 bits a block of 64, 32 bits for 256 blocks.
        weight.ByteCount.ShouldBe((130 * 128 / 2) + 260 + (2 * 4));
        Comparison.Error(AdamWMoments.DynamicMap(isSigned: true), tensor(References.GetProperty("map").EnumerateArray().Select(value => value.GetSingle()).ToArray()))
            .ShouldBeLessThan(1e-7);
    }

    [Theory]
    [InlineData(false, ScalarType.Float32)]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(false, ScalarType.BFloat16)]
    [InlineData(true, ScalarType.BFloat16)]
    public void A_stack_of_matrices_equals_its_composed_twin(bool doubleQuantization, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(3);
        using var first = Nf4Weight.Quantize(Comparison.Random(generator, type, 200, 96), doubleQuantization); // 300 blocks: two second scales
        using var second = Nf4Weight.Quantize(Comparison.Random(generator, type, 6, 96), doubleQuantization);

        Floats(Torch.Fused.Nf4Dequantize([first, second], ScalarType.Float32)).ShouldBe(Floats(Composed.Nf4Dequantize([first, second], ScalarType.Float32)));
        Floats(Torch.Fused.Nf4Dequantize([first, second], type)).ShouldBe(Floats(Composed.Nf4Dequantize([first, second], type)));
        Comparison.Check(
            generator,
            [Comparison.Random(generator, type, 2, 5, 96)],
            x => [Torch.Fused.Nf4Linear(x[0], [first, second])],
            x => [Composed.Nf4Linear(x[0], [first, second])],
            "stack");
    }

    [Fact]
    public void Every_value_comes_back_within_half_a_gap_of_its_block()
    {
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(4);
        var weight = randn([40, 64], generator: generator);
        using var quantized = Nf4Weight.Quantize(weight, doubleQuantization: false);

        var error = (Torch.Fused.Nf4Dequantize([quantized], ScalarType.Float32) - weight).abs();

        // The widest gap is between -1 and -0.696: half of it is 0.152 of the block's largest.
        (error / weight.abs().max(1, keepdim: true).values).max().item<float>().ShouldBeLessThanOrEqualTo(0.1520f);
    }

    [Fact]
    public void A_block_of_zeros_stays_zero_and_others_keep_their_largest_value()
    {
        using var scope = NewDisposeScope();
        var values = new float[192];
        (values[70], values[80], values[150]) = (-3, 1, 1e-42f);
        using var weight = Nf4Weight.Quantize(tensor(values, [3, 64]), doubleQuantization: false);

        var back = Floats(Torch.Fused.Nf4Dequantize([weight], ScalarType.Float32));

        back[..64].ShouldAllBe(value => value == 0);
        back[70].ShouldBe(-3);
        back[80].ShouldBe(3 * 0.33791524f, 1e-6f); // 1/3 is nearest to 0.338
        back[128..].ShouldAllBe(value => value == 0); // a magnitude whose inverse is no number counts as zero
    }

    [Fact]
    public void What_does_not_fill_blocks_or_is_not_finite_is_refused()
    {
        using var scope = NewDisposeScope();
        Should.Throw<ShapeMismatchException>(() => Nf4Weight.Quantize(ones([3, 20]), false)).Message.ShouldContain("multiple of 64");
        Should.Throw<ShapeMismatchException>(() => Nf4Weight.Quantize(ones([64]), false));
        Should.Throw<UnsupportedOpException>(() => Nf4Weight.Quantize(ones([2, 64], ScalarType.Float64), false));
        foreach (var value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            var weight = ones([2, 64]);
            weight[1, 3].fill_(value);
            Should.Throw<NativeFailureException>(() => Nf4Weight.Quantize(weight, false)).Message.ShouldContain("not finite");
        }

        using var narrow = Nf4Weight.Quantize(ones([2, 64]), false);
        using var wider = Nf4Weight.Quantize(ones([2, 128]), false);
        Should.Throw<ShapeMismatchException>(() => Torch.Fused.Nf4Linear(ones([3, 65]), [narrow]));
        Should.Throw<ShapeMismatchException>(() => Torch.Fused.Nf4Linear(ones([3, 64]), [narrow, wider]));
        Should.Throw<ShapeMismatchException>(() => Torch.Fused.Nf4Dequantize([], ScalarType.Float32));
    }

    private static Tensor Counted(int rows, int columns) =>
        tensor(Enumerable.Range(0, rows * columns).Select(i => ((((long)i * 7919) + 104729) % 2003 - 1001) / 1024f * (1 + (i / 64 % 37))).ToArray(), [rows, columns]);

    private static double[] Numbers(string part, string name) => [.. References.GetProperty(part).GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static Tensor Read(string part, string name, params long[] shape) => tensor(Numbers(part, name).Select(value => (float)value).ToArray(), shape);

    private static float[] Floats(Tensor tensor) => tensor.to_type(ScalarType.Float32).data<float>().ToArray();

    private static byte[] Bytes(Tensor tensor)
    {
        var bytes = new byte[TensorBytes.Length(tensor)];
        TensorBytes.CopyTo(tensor, bytes);
        return bytes;
    }
}
