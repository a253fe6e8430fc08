using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class GenerationTests
{
    public static TheoryData<ScalarType> Types => [ScalarType.Float32, ScalarType.BFloat16];

    [Theory]
    [InlineData(ScalarType.Float32, 32, 64, 2e-5)]
    [InlineData(ScalarType.Float32, 20, 33, 2e-5)]
    [InlineData(ScalarType.BFloat16, 64, 96, 2e-2)]
    [InlineData(ScalarType.BFloat16, 24, 40, 2e-2)]
    public void A_row_product_equals_the_library_s(ScalarType type, int inner, int outer, double tolerance)
    {
        foreach (var rows in (int[])[1, 5, 32, 33, 70])
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(3);
            var x = randn([rows, inner], ScalarType.Float32, generator: generator).to_type(type);
            var weight = randn([outer, inner], ScalarType.Float32, generator: generator).to_type(type);
            var expected = x.to_type(ScalarType.Float64).matmul(weight.to_type(ScalarType.Float64).t());
            var got = Torch.Fused.RowLinear(x, weight);
            got.shape.ShouldBe([rows, outer]);
            (got.to_type(ScalarType.Float64) - expected).abs().max().item<double>().ShouldBeLessThan(tolerance * Math.Sqrt(inner) * 4);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_row_gives_the_same_bits_alone_and_at_any_place_among_others(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var x = randn([75, 72], ScalarType.Float32, generator: generator).to_type(type);
        var weight = randn([100, 72], ScalarType.Float32, generator: generator).to_type(type);
        var all = Torch.Fused.RowLinear(x, weight);
        foreach (var count in (int[])[1, 2, 17, 40])
        {
            for (var start = 0; start + count <= 75; start += 11)
            {
                Torch.Fused.RowLinear(x.narrow(0, start, count), weight).equal(all.narrow(0, start, count)).ShouldBeTrue($"{count} rows from {start}");
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 8, 1, null)]
    [InlineData(ScalarType.Float32, 20, 3, 21)]
    [InlineData(ScalarType.Float32, 64, 4, 16)]
    [InlineData(ScalarType.BFloat16, 32, 2, null)]
    [InlineData(ScalarType.BFloat16, 32, 2, 19)]
    public void Paged_attention_equals_its_composed_twin_step_by_step(ScalarType type, int headDim, int group, int? window)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        const int kvHeads = 2, chunk = 9;
        var heads = kvHeads * group;
        var (cos, sin) = Tables(headDim);

        // Two requests: pages out of order, the second behind by a few tokens; with a window the pages form a ring.
        var ring = window is { } seen ? ((seen + chunk + 15) / 16) + 1 : 7;
        var tables = tensor(Enumerable.Range(0, 2 * ring).Select(i => (5 * i) % (2 * ring)).ToArray(), [2, ring]);
        Coprime(5, 2 * ring).ShouldBeTrue();
        var rings = tensor(new long[] { ring, ring }, [2]);
        var (fast, slow) = (Pools(type, 2 * ring, kvHeads, headDim), Pools(type, 2 * ring, kvHeads, headDim));

        // As pages lie on a GPU: the same shapes, the heads of a position together in memory.
        var turned = (Keys: zeros([2 * ring, 16, kvHeads, headDim], type).permute(0, 2, 3, 1), Values: zeros([2 * ring, 16, kvHeads, headDim], type).permute(0, 2, 1, 3));
        var next = new[] { 0, 0 };
        for (var step = 0; step < 12; step++)
        {
            var (requests, positions) = (new List<long>(), new List<long>());
            foreach (var request in (int[])[0, 1])
            {
                for (var i = 0; i < (step % 3 == 0 ? chunk - (3 * request) : 1); i++)
                {
                    requests.Add(request);
                    positions.Add(next[request]++);
                }
            }

            var tokens = new PagedTokens(tensor(requests.ToArray(), [requests.Count]), tensor(positions.ToArray(), [1, positions.Count]), tables, rings);
            var qkv = randn([requests.Count, (heads + (2 * kvHeads)) * headDim], ScalarType.Float32, generator: generator).to_type(type);
            var got = Torch.Fused.PagedAttention(qkv, heads, kvHeads, cos, sin, fast.Keys, fast.Values, tokens, window, 1 / Math.Sqrt(headDim));
            var expected = Composed.PagedAttention(qkv, heads, kvHeads, cos, sin, slow.Keys, slow.Values, tokens, window, 1 / Math.Sqrt(headDim));
            var oneByOne = Composed.PagedAttention(qkv, heads, kvHeads, cos, sin, slow.Keys, slow.Values, tokens, window, 1 / Math.Sqrt(headDim), gatheredBytes: 1);
            var onDevice = Composed.PagedAttention(qkv, heads, kvHeads, cos, sin, turned.Keys, turned.Values, tokens, window, 1 / Math.Sqrt(headDim));
            onDevice.allclose(expected, 1e-5, type == ScalarType.Float32 ? 1e-6 : 1e-2).ShouldBeTrue($"step {step}: pages in another order of memory");
            (oneByOne.to_type(ScalarType.Float64) - expected.to_type(ScalarType.Float64)).abs().max().item<double>()
                .ShouldBeLessThan(type == ScalarType.Float32 ? 1e-5 : 3e-2, $"step {step}");
            (got.to_type(ScalarType.Float64) - expected.to_type(ScalarType.Float64)).abs().max().item<double>()
                .ShouldBeLessThan(type == ScalarType.Float32 ? 1e-5 : 3e-2, $"step {step}");
        }
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_before_anything_is_written()
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = Tables(8);
        var (keys, values) = Pools(ScalarType.Float32, 2, 1, 8);
        var qkv = zeros([1, 24], ScalarType.Float32);
        PagedTokens Tokens(int page, long ring, long position) => new(
            tensor(new long[] { 0 }, [1]), tensor(new[] { position }, [1, 1]), tensor(new[] { page }, [1, 1]), tensor(new[] { ring }, [1]));

        Should.Throw<TorchException>(() => Torch.Fused.PagedAttention(qkv, 1, 1, cos, sin, keys, values, Tokens(2, 1, 0), null, 1)).Message.ShouldContain("page 2");
        Should.Throw<TorchException>(() => Torch.Fused.PagedAttention(qkv, 1, 1, cos, sin, keys, values, Tokens(0, 2, 0), null, 1)).Message.ShouldContain("rings");
        Should.Throw<TorchException>(() => Torch.Fused.PagedAttention(qkv, 1, 1, cos, sin, keys, values, Tokens(0, 1, 16), null, 1)).Message.ShouldContain("ring");
        Should.Throw<TorchException>(() => Torch.Fused.PagedAttention(qkv, 1, 1, cos, sin, keys, values, Tokens(0, 1, 200), null, 1)).Message.ShouldContain("position");
        Should.Throw<TorchException>(() => Torch.Fused.DecoderRows(qkv, [cos], [keys], 1, 1, cos, sin, Tokens(0, 1, 0), null, 1, 1e-5)).Message.ShouldContain("six and two for each layer");
        Should.Throw<TorchException>(() => Torch.Fused.DecoderRows(qkv, [cos], [], 1, 1, cos, sin, Tokens(0, 1, 0), null, 1, 1e-5)).Message.ShouldContain("RmsNorm");
        Should.Throw<TorchException>(() => Torch.Fused.RowLinear(qkv, zeros([3, 8], ScalarType.Float32))).Message.ShouldContain("shape");
    }

    private static (Tensor Keys, Tensor Values) Pools(ScalarType type, int pages, int kvHeads, int headDim) =>
        (zeros([pages, kvHeads, headDim, 16], type), zeros([pages, kvHeads, 16, headDim], type));

    private static (Tensor Cos, Tensor Sin) Tables(int headDim)
    {
        var angles = arange(128, ScalarType.Float32).unsqueeze(1) * (arange(headDim / 2, ScalarType.Float32) * 0.1 + 0.01).unsqueeze(0);
        return (angles.cos(), angles.sin());
    }

    private static bool Coprime(int a, int b) => b == 0 ? a == 1 : Coprime(b, a % b);
}
