using TorchSharp;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// One product of a decoder layer, <c>x Wᵀ</c>: the weights of one projection, or of several on the same input stacked in one matrix,
/// in the compute type or frozen in 4 bits, with low-rank adapters beside any of them.
/// </summary>
internal sealed class Projection : IDisposable
{
    private readonly DecoderMath _math;
    private readonly Tensor? _matrix;
    private readonly IReadOnlyList<Nf4Weight> _quantized;
    private LoraAdapter? _adapter;

    private Projection(IReadOnlyList<WeightShape> parts, DecoderMath math, Tensor? matrix, IReadOnlyList<Nf4Weight> quantized)
    {
        (Parts, _math, _matrix, _quantized) = (parts, math, matrix, quantized);
    }

    /// <summary>The Hugging Face weights stacked in it, in order.</summary>
    public IReadOnlyList<WeightShape> Parts { get; }

    /// <summary>Whether the weights are in 4 bits or have an adapter beside them, so that what is saved has to be computed.</summary>
    public bool IsComputed => _matrix is null || _adapter is not null;

    /// <summary>The matrix, <c>[sum of out, in]</c>, where it is all there is; null where the weights are in 4 bits or have an adapter beside them.</summary>
    public Tensor? Matrix => _adapter is null ? _matrix : null;

    /// <summary>A projection with its matrix in the compute type.</summary>
    /// <param name="matrix">The matrix, <c>[sum of out, in]</c>; it stays its owner's.</param>
    /// <param name="math">Operations to compute with.</param>
    public static Projection Of(DecoderParameter matrix, DecoderMath math) => new(matrix.Parts, math, matrix.Value, []);

    /// <summary>A projection whose weights are kept in 4 bits, each Hugging Face weight by itself.</summary>
    /// <param name="matrix">The matrix, <c>[sum of out, in]</c>; not kept.</param>
    /// <param name="options">How the scales are kept.</param>
    /// <param name="math">Operations to compute with.</param>
    /// <param name="device">Where the 4-bit weights are kept.</param>
    /// <exception cref="ZephyrException">A weight does not fill whole blocks, or is not finite.</exception>
    public static Projection Quantized(DecoderParameter matrix, Nf4Options options, DecoderMath math, Device device)
    {
        using var scope = NewDisposeScope();
        var quantized = new List<Nf4Weight>();
        long row = 0;
        foreach (var part in matrix.Parts)
        {
            try
            {
                var weight = Nf4Weight.Quantize(matrix.Value.detach().narrow(0, row, part.Shape[0]), options.DoubleQuantization);
                if (device.type != DeviceType.CPU)
                {
                    using var onCpu = weight;
                    weight = onCpu.To(device);
                }

                quantized.Add(weight);
            }
            catch (TorchException exception)
            {
                quantized.ForEach(static weight => weight.Dispose());
                throw new ZephyrException($"{part.Name} cannot be kept in 4 bits: {exception.Message} Set model.quantization to none.", exception);
            }

            row += part.Shape[0];
        }

        return new Projection(matrix.Parts, math, null, quantized);
    }

    /// <summary>Puts an adapter beside the weights it has matrices for.</summary>
    /// <param name="adapter">The adapter; it stays its owner's.</param>
    public void Attach(LoraAdapter adapter) => _adapter = Parts.Any(part => adapter.Find(part.Name) is not null) ? adapter : null;

    /// <summary>Applies the projection.</summary>
    /// <param name="x">The input, <c>[..., in]</c>.</param>
    /// <returns><c>[..., sum of out]</c>.</returns>
    public Tensor Forward(Tensor x)
    {
        if (_adapter is null)
        {
            return Product(x);
        }

        // The product stays for backward and what is added to it does not: made first and added to in place, it leaves the memory behind it
        // in one piece when the rest is freed.
        using var scope = NewDisposeScope();
        var product = Product(x);
        var deltas = Parts.Select(part => Delta(_adapter, part, x)).ToList();
        return product.add_(deltas.Count == 1 ? deltas[0] : cat(deltas, -1)).MoveToOuterDisposeScope();
    }

    /// <summary>Applies the projection with each row computed alone, for generation; no gradient.</summary>
    /// <param name="x">The input, <c>[rows, in]</c>.</param>
    /// <returns><c>[rows, sum of out]</c>.</returns>
    public Tensor ForwardRows(Tensor x)
    {
        using var scope = NewDisposeScope();
        var product = _math.RowLinear(x, _matrix ?? Fused.Nf4Dequantize(_quantized, x.dtype));
        if (_adapter is not null)
        {
            var deltas = Parts.Select(part => DeltaRows(_adapter, part, x)).ToList();
            product = product.add(deltas.Count == 1 ? deltas[0] : cat(deltas, -1));
        }

        return product.MoveToOuterDisposeScope();
    }

    /// <summary>The weight of one part with its adapter in it, computed in float32 and rounded once.</summary>
    /// <param name="part">One of <see cref="Parts"/>.</param>
    /// <param name="type">Type of the result.</param>
    /// <returns><c>[out, in]</c>.</returns>
    public Tensor Merged(WeightShape part, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var weight = Weight(part);
        var merged = _adapter?.Find(part.Name) is { } pair ? pair.Merge(weight, _adapter.Configuration.Scale) : weight;
        return merged.to_type(type).MoveToOuterDisposeScope();
    }

    /// <summary>Frees 4-bit weights; a matrix in the compute type stays.</summary>
    public void Dispose()
    {
        foreach (var weight in _quantized)
        {
            weight.Dispose();
        }
    }

    private Tensor Product(Tensor x) => _matrix is null ? _math.Nf4Linear(x, _quantized) : nn.functional.linear(x, _matrix);

    private Tensor Weight(WeightShape part)
    {
        var before = Parts.TakeWhile(other => other.Name != part.Name).ToList();
        return _matrix is null
            ? Fused.Nf4Dequantize([_quantized[before.Count]], ScalarType.Float32)
            : _matrix.narrow(0, before.Sum(static other => other.Shape[0]), part.Shape[0]);
    }

    private Tensor DeltaRows(LoraAdapter adapter, WeightShape part, Tensor x) => adapter.Find(part.Name) is { } pair
        ? _math.RowLinear(_math.RowLinear(x, pair.A.Value).mul(adapter.Configuration.Scale), pair.B.Value)
        : zeros([.. x.shape[..^1], part.Shape[0]], x.dtype, x.device);

    private static Tensor Delta(LoraAdapter adapter, WeightShape part, Tensor x) => adapter.Find(part.Name) is { } pair
        ? pair.Delta(x, adapter.Configuration.Scale, adapter.Dropout)
        : zeros([.. x.shape[..^1], part.Shape[0]], x.dtype, x.device);
}
