using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>A tensor and the name it has in a checkpoint.</summary>
/// <param name="Name">Unique among its kind, such as <c>model.layers.0.mlp.down_proj.weight</c>.</param>
/// <param name="Value">The tensor.</param>
public sealed record NamedTensor(string Name, Tensor Value);

/// <summary>Parameters that share a weight decay.</summary>
/// <param name="Parameters">Contiguous float32 or bfloat16 leaves, in a stable order.</param>
/// <param name="WeightDecay">The decoupled decay λ; 0 for norms and biases by custom.</param>
public sealed record ParameterGroup(IReadOnlyList<NamedTensor> Parameters, double WeightDecay);

/// <summary>
/// AdamW, arXiv 1711.05101 algorithm 2, in the arithmetic of <c>torch.optim.AdamW</c>, over all parameters in one pass.
/// bfloat16 weights have float32 masters: the update is made on the master and rounded into the weight. float32 weights are
/// their own masters. The moments are kept as <see cref="OptimizerStateType"/> says; the arithmetic is float32 in each case.
/// </summary>
public sealed unsafe class FusedAdamW : IDisposable
{
    private readonly Tensor[] parameters;
    private readonly string[] names;
    private readonly double[] weightDecays;
    private readonly Tensor[] masters;
    private readonly AdamWMoments moments;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double eps;

    /// <summary>Makes the optimizer with zero moments and masters copied from the weights.</summary>
    /// <param name="groups">The parameters, group by group; the order fixes the order of state.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="eps">Added to the square root of the second moment.</param>
    /// <param name="states">How the moments are kept between steps.</param>
    /// <exception cref="ArgumentException">Two parameters share a name.</exception>
    /// <exception cref="DeviceOutOfMemoryException">There is no room for the state: 8 bytes a parameter (4 with bfloat16 moments, 2 with
    /// 8-bit ones), and 4 more with masters.</exception>
    public FusedAdamW(
        IReadOnlyList<ParameterGroup> groups, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, OptimizerStateType states = OptimizerStateType.Float32)
    {
        ArgumentNullException.ThrowIfNull(groups);
        (this.beta1, this.beta2, this.eps) = (beta1, beta2, eps);
        var named = groups.SelectMany(group => group.Parameters).ToArray();
        names = [.. named.Select(parameter => parameter.Name)];
        parameters = [.. named.Select(parameter => parameter.Value)];
        weightDecays = [.. groups.SelectMany(group => group.Parameters.Select(_ => group.WeightDecay))];
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new ArgumentException($"The parameter name '{twice.Key}' appears {twice.Count()} times; state is kept by name.", nameof(groups));
        }

        masters = [.. parameters.Select(Master)];
        moments = new AdamWMoments(parameters, states);
    }

    /// <summary>Whether to take the operations of devices without kernels on the CPU too.</summary>
    internal bool PortableOnly { get; init; }

    /// <summary>Steps made so far; part of a checkpoint beside <see cref="NamedState"/>.</summary>
    public long StepCount { get; private set; }

    /// <summary>
    /// The state, ordered by parameter: <c>name.master</c> (float32, bfloat16 weights only), <c>name.exp_avg</c> and
    /// <c>name.exp_avg_sq</c>, and with 8-bit moments <c>name.exp_avg.scales</c> and <c>name.exp_avg_sq.scales</c>. The tensors are the
    /// live ones and belong to the optimizer.
    /// </summary>
    public IReadOnlyList<NamedTensor> NamedState
    {
        get
        {
            List<NamedTensor> state = [];
            for (var i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].dtype != ScalarType.Float32)
                {
                    state.Add(new($"{names[i]}.master", masters[i]));
                }

                state.AddRange(moments.Named(i, names[i]));
            }

            return state;
        }
    }

    /// <summary>Continues from saved state; bfloat16 weights are set from their masters.</summary>
    /// <param name="state">Exactly the tensors that <see cref="NamedState"/> lists, in any order; copied, not kept.</param>
    /// <param name="stepCount">The saved <see cref="StepCount"/>.</param>
    /// <exception cref="ArgumentException">A tensor is missing, or there is one too many.</exception>
    /// <exception cref="ShapeMismatchException">A tensor's shape is not its parameter's.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> state, long stepCount)
    {
        ArgumentNullException.ThrowIfNull(state);
        Restore(state.Keys.ToList(), name => state[name], stepCount);
    }

    /// <summary>Continues from saved state that is read one tensor at a time, so that there is never a second copy of all of it.</summary>
    /// <param name="stored">The tensors there are: exactly those that <see cref="NamedState"/> lists, in any order.</param>
    /// <param name="read">Reads one. A tensor that is made for it is freed before the next is read.</param>
    /// <param name="stepCount">The saved <see cref="StepCount"/>.</param>
    /// <exception cref="ArgumentException">A tensor is missing, or there is one too many.</exception>
    /// <exception cref="ShapeMismatchException">A tensor's shape is not its parameter's.</exception>
    public void Restore(IReadOnlyCollection<string> stored, Func<string, Tensor> read, long stepCount)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentOutOfRangeException.ThrowIfNegative(stepCount);
        var expected = NamedState;
        var saved = stored.ToHashSet(StringComparer.Ordinal);
        if (expected.FirstOrDefault(tensor => !saved.Contains(tensor.Name)) is { } missing)
        {
            throw new ArgumentException($"The saved optimizer state lacks '{missing.Name}'; it was made for another model or is damaged.", nameof(stored));
        }

        if (saved.Count != expected.Count)
        {
            var known = expected.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
            throw new ArgumentException($"The saved optimizer state has '{saved.Order(StringComparer.Ordinal).First(name => !known.Contains(name))}', which no parameter of this model owns.", nameof(stored));
        }

        foreach (var (name, target) in expected)
        {
            using var scope = NewDisposeScope();
            Copy(target, read(name), name);
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].dtype != ScalarType.Float32)
            {
                Copy(parameters[i], masters[i], names[i]);
            }
        }

        StepCount = stepCount;
    }

    /// <summary>One update from the parameters' gradients. Parameters without a gradient stay as they are.</summary>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="maxNorm">If above 0, the update uses gradients clipped to this common norm, in the same pass; the stored
    /// gradients are not changed. The same as <see cref="Fused.ClipGradNorm"/> before the step, but cheaper.</param>
    /// <returns>The gradients' norm before clipping, or null when no clipping was asked for.</returns>
    /// <exception cref="ShapeMismatchException">A gradient's shape is not its parameter's.</exception>
    public double? Step(double learningRate, double maxNorm = 0)
    {
        using var weights = new HeldTensors(parameters);
        using var master = new HeldTensors(masters);
        using var first = new HeldTensors(moments.First);
        using var second = new HeldTensors(moments.Second);
        using var firstScales = new HeldTensors(moments.FirstScales);
        using var secondScales = new HeldTensors(moments.SecondScales);

        // An empty array is a null pointer when fixed: no scales.
        fixed (nint* weightPointers = weights.Pointers, masterPointers = master.Pointers, firstPointers = first.Pointers, secondPointers = second.Pointers)
        fixed (nint* firstScalePointers = firstScales.Pointers, secondScalePointers = secondScales.Pointers)
        fixed (double* decays = weightDecays)
        {
            var code = Native.zt_fused_adamw_step(
                weightPointers, masterPointers, firstPointers, secondPointers, firstScalePointers, secondScalePointers, decays, parameters.Length,
                learningRate, beta1, beta2, eps, StepCount + 1, maxNorm, PortableOnly ? 1 : 0, out var norm);
            NativeCall.Check(code, nameof(FusedAdamW));
            StepCount++;
            return norm < 0 ? null : norm;
        }
    }

    /// <summary>Drops every parameter's gradient, so that the next backward pass starts from none.</summary>
    public void ZeroGrad()
    {
        using var weights = new HeldTensors(parameters);
        fixed (nint* pointers = weights.Pointers)
        {
            NativeCall.Check(Native.zt_fused_zero_grad(pointers, parameters.Length), nameof(ZeroGrad));
        }
    }

    /// <summary>Frees the state; the parameters stay.</summary>
    public void Dispose()
    {
        foreach (var tensor in masters)
        {
            tensor.Dispose();
        }

        moments.Dispose();
    }

    // State outlives the scope open while the optimizer is made.
    private static Tensor Master(Tensor weight) =>
        NativeCall.Result(Native.zt_fused_master(weight.Handle, out var result), result, nameof(FusedAdamW), weight).DetachFromDisposeScope();

    private static void Copy(Tensor target, Tensor source, string name) =>
        NativeCall.Check(Native.zt_fused_restore(target.Handle, source.Handle), $"restore {name}", target, source);
}
