using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>How an optimizer keeps its moments between steps.</summary>
public enum OptimizerStateType
{
    /// <summary>Single precision: 8 bytes a parameter for both moments.</summary>
    Float32,

    /// <summary>
    /// bfloat16, rounded stochastically so that changes smaller than its steps are kept on average: 4 bytes a parameter. The rounding is a
    /// function of step and place, so a run repeats bit for bit.
    /// </summary>
    Bfloat16,

    /// <summary>8 bits in blocks of 256 with a float32 scale each, dynamic map (Dettmers et al. 2022, arXiv 2110.02861): about 2 bytes a parameter.</summary>
    Int8,
}

/// <summary>The moments of AdamW, for each parameter in order.</summary>
internal sealed class AdamWMoments : IDisposable
{
    private readonly List<Tensor> first = [];
    private readonly List<Tensor> second = [];
    private readonly List<Tensor> firstScales = [];
    private readonly List<Tensor> secondScales = [];

    /// <summary>Makes zero moments.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="type">How they are kept.</param>
    internal AdamWMoments(IReadOnlyList<Tensor> parameters, OptimizerStateType type)
    {
        var stored = type switch
        {
            OptimizerStateType.Float32 => ScalarType.Float32,
            OptimizerStateType.Bfloat16 => ScalarType.BFloat16,
            _ => ScalarType.Byte,
        };
        foreach (var weight in parameters)
        {
            Add(weight, stored, isSigned: true, first, firstScales);
            Add(weight, stored, isSigned: false, second, secondScales);
        }
    }

    /// <summary>Moving averages of the gradients.</summary>
    internal IReadOnlyList<Tensor> First => first;

    /// <summary>Moving averages of the squared gradients.</summary>
    internal IReadOnlyList<Tensor> Second => second;

    /// <summary>Scales of <see cref="First"/>; empty unless it has 8 bits a value.</summary>
    internal IReadOnlyList<Tensor> FirstScales => firstScales;

    /// <summary>Scales of <see cref="Second"/>; empty unless it has 8 bits a value.</summary>
    internal IReadOnlyList<Tensor> SecondScales => secondScales;

    /// <summary>The 256 values that 8 bits stand for, float32 <c>[256]</c>, as shares of a block's largest.</summary>
    /// <param name="isSigned">True for first moments.</param>
    internal static Tensor DynamicMap(bool isSigned) =>
        NativeCall.Result(Native.zt_fused_dynamic_map(isSigned ? 1 : 0, out var result), result, nameof(DynamicMap));

    /// <summary>The state of one parameter, as a checkpoint names it.</summary>
    /// <param name="index">The parameter.</param>
    /// <param name="name">Its name.</param>
    internal IEnumerable<NamedTensor> Named(int index, string name)
    {
        yield return new($"{name}.exp_avg", first[index]);
        yield return new($"{name}.exp_avg_sq", second[index]);
        if (firstScales.Count > 0)
        {
            yield return new($"{name}.exp_avg.scales", firstScales[index]);
            yield return new($"{name}.exp_avg_sq.scales", secondScales[index]);
        }
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var tensor in first.Concat(second).Concat(firstScales).Concat(secondScales))
        {
            tensor.Dispose();
        }
    }

    // State outlives the scope open while the optimizer is made.
    private static void Add(Tensor weight, ScalarType stored, bool isSigned, List<Tensor> moments, List<Tensor> scales)
    {
        var code = Native.zt_fused_moment(weight.Handle, (int)stored, isSigned ? 1 : 0, out var values, out var scale);
        moments.Add(NativeCall.Result(code, values, nameof(FusedAdamW), weight).DetachFromDisposeScope());
        if (!scale.IsInvalid)
        {
            scales.Add(new Tensor(scale).DetachFromDisposeScope());
        }
    }
}
