using BenchmarkDotNet.Attributes;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Benchmarks;

/// <summary>Forward and backward of the fused operations beside the composed ones, at the shape of <c>zephyr bench train</c>, on one thread.</summary>
public class FusedOperations
{
    private Tensor _queries = null!;
    private Tensor _keys = null!;
    private Tensor _values = null!;
    private Tensor _gate = null!;
    private Tensor _up = null!;

    /// <summary>Precision of the inputs.</summary>
    [Params(ScalarType.BFloat16, ScalarType.Float32)]
    public ScalarType Type { get; set; }

    /// <summary>Makes the inputs: queries [8, 512, 8, 32], keys and values [8, 512, 4, 32], gate and up [8, 512, 768].</summary>
    [GlobalSetup]
    public void Setup()
    {
        TorchRuntime.SetThreads(1);
        random.manual_seed(1);
        Tensor Input(params long[] shape) => randn(shape).to_type(Type).requires_grad_(true);
        (_queries, _keys, _values) = (Input(8, 512, 8, 32), Input(8, 512, 4, 32), Input(8, 512, 4, 32));
        (_gate, _up) = (Input(8, 512, 768), Input(8, 512, 768));
    }

    /// <summary>Blocked attention.</summary>
    [Benchmark]
    public void AttentionFused()
    {
        using var scope = NewDisposeScope();
        Fused.Attention(_queries, _keys, _values, new AttentionLayout(null, null, 0.17677669529663687)).sum().backward();
    }

    /// <summary>Attention in plain operations.</summary>
    [Benchmark]
    public void AttentionComposed()
    {
        using var scope = NewDisposeScope();
        Composed.Attention(_queries, _keys, _values, new AttentionLayout(null, null, 0.17677669529663687)).sum().backward();
    }

    /// <summary>SwiGLU in one pass.</summary>
    [Benchmark]
    public void SwiGluFused()
    {
        using var scope = NewDisposeScope();
        Fused.SwiGlu(_gate, _up).sum().backward();
    }

    /// <summary>SwiGLU in plain operations.</summary>
    [Benchmark]
    public void SwiGluComposed()
    {
        using var scope = NewDisposeScope();
        Composed.SwiGlu(_gate, _up).sum().backward();
    }
}
