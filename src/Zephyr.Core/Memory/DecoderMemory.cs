using Zephyr.Core.Generation;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using Zephyr.Torch;

namespace Zephyr.Core.Memory;

/// <summary>
/// Predicts the peak memory of a decoder's stages from shapes alone: it counts the tensors that the fused operations keep and make.
/// The predictions are held to the measured peaks of processes of their own by a test. Rows are taken to be as long as the settings allow: data with shorter rows
/// need less. Allocators round up, so no number is a promise to the byte.
/// </summary>
/// <param name="model">The model's shape.</param>
/// <param name="quantization">How a frozen base is kept in 4 bits; null for the compute type.</param>
/// <param name="program">Memory of the process without the model: <see cref="Program"/>, or <see cref="StageProgram"/>.</param>
/// <param name="onDevice">
/// Whether it computes on a GPU, with libtorch's own operations: they keep more for backward than the kernels of the CPU, which is counted
/// from their formulas, and the allocator loses <see cref="DeviceHoles"/> in place of <see cref="HeapHoles"/>. Compared with no GPU yet.
/// </param>
public sealed class DecoderMemory(
    ModelConfiguration model, Nf4Options? quantization = null, long program = DecoderMemory.Program, bool onDevice = false)
{
    /// <summary>Runtime, libtorch and its libraries, and buffers: measured with a model of a few thousand weights.</summary>
    public const long Program = 210L << 20;

    /// <summary>
    /// The same with what a stage adds that trains or scores rows of many lengths: rows, store, tracking, display, and a compiled product
    /// for each length met, of which libtorch's library keeps a thousand. Measured with the default experiment.
    /// </summary>
    public const long StageProgram = 420L << 20;

    /// <summary>
    /// Of the process's heap: freed blocks stay in it, which makes steps faster, and not every later one fits into them. A third of
    /// what a step makes, over a dozen shapes and objectives, by counting the live tensors beside the resident memory.
    /// </summary>
    public const double HeapHoles = 0.3;

    /// <summary>Of libtorch's caching allocator on a GPU, which rounds blocks up and splits them. An assumption: not measured yet.</summary>
    public const double DeviceHoles = 0.1;

    private const int MomentBlock = 256;
    private const int Nf4Block = 64;
    private const int Nf4ScaleBlock = 256;
    private const int LargestChunk = 1024;
    private const int SmallestChunk = 64;
    private const long ChunkLogits = 2L << 20;

    // Rows of logits that exist at a time on a GPU, and what widening 16 million weights of 4 bits takes there beside the result: a code for
    // two values, a share and a product.
    private const long DeviceChunk = 2048;
    private const long DeviceWidening = (16L << 20) * 10;

    private readonly double _holes = onDevice ? DeviceHoles : HeapHoles;

    private long QueryWidth => (long)model.NumAttentionHeads * model.HeadDim;

    private long PackedWidth => (model.NumAttentionHeads + (2L * model.NumKeyValueHeads)) * model.HeadDim;

    private long ProjectionCount => model.NumHiddenLayers
        * ((model.HiddenSize * (PackedWidth + QueryWidth)) + (3L * model.HiddenSize * model.IntermediateSize));

    // A product with weights in 4 bits decodes its matrix first; gate and up are one.
    private long DecodedMatrix => quantization is null ? 0 : 2L * model.IntermediateSize * model.HiddenSize;

    private long Widening => quantization is not null && onDevice ? DeviceWidening : 0;

    private long OutputSize => (long)model.VocabSize * model.HiddenSize;

    /// <summary>Peak of training.</summary>
    /// <param name="shape">Batch, optimizer, adapters.</param>
    /// <returns>The estimate.</returns>
    public MemoryEstimate Training(TrainingShape shape)
    {
        var size = Size(shape.Dtype);
        var trained = shape.Lora is { } lora ? AdapterCount(lora) : model.ParameterCount;
        var masters = shape.Dtype == ComputeType.Bfloat16 ? 4 * trained : 0;
        var gradients = trained * size;
        var layer = LayerActivations(shape);
        var saved = shape.Options.ActivationCheckpointing
            ? (model.NumHiddenLayers * shape.Tokens * size * 2 * model.HiddenSize) + layer
            : model.NumHiddenLayers * layer;
        var residue = shape.Tokens * size * model.HiddenSize;
        var chunk = Logits(shape.Tokens, size, gradients: true);

        // Full training makes the output projection's gradient: summed in float32, rounded once, added to the embedding's.
        var outputGradient = shape.Lora is null ? OutputSize * (4 + (2L * size)) : 0;
        var atLoss = (3 * residue) + chunk + outputGradient;
        var insideLayer = (shape.Tokens * size * ((3L * model.IntermediateSize) + (3L * model.HiddenSize))) + (DecodedMatrix * size) + Widening;
        var earlyInBackward = insideLayer + residue + (shape.WeightsHeldByLoss && shape.Lora is null ? OutputSize * size : 0);

        // Gradients grow while activations are let go. With several passes a step what they are summed in is there from the first one on.
        var several = shape.Options.AccumulationSteps > 1;
        var sums = several && masters > 0 && shape.Options.GradientSums == GradientSumType.Float32 ? 4 * trained : 0;
        var heldEarly = sums > 0 ? sums : several ? gradients : 0;
        var heldLate = gradients + sums;
        var early = saved + Math.Max(atLoss, earlyInBackward) + heldEarly;
        var late = heldLate + layer + insideLayer + (shape.Lora is null ? OutputSize * size : 0);
        var (activations, passing, held) = early >= late
            ? (saved, Math.Max(atLoss, earlyInBackward), heldEarly)
            : (layer, late - heldLate - layer, heldLate);
        return Estimate(shape.Dtype, masters + Moments(shape, trained), held, activations, passing);
    }

    /// <summary>Peak of scoring without gradients.</summary>
    /// <param name="sequences">Rows of one forward pass.</param>
    /// <param name="length">Tokens of the longest row.</param>
    /// <param name="type">Compute type.</param>
    /// <returns>The estimate.</returns>
    public MemoryEstimate Scoring(long sequences, long length, ComputeType type)
    {
        var size = Size(type);
        return Estimate(type, 0, 0, 0, Layer(sequences * length, type) + Logits(sequences * length, size, gradients: false) + (DecodedMatrix * size) + Widening);
    }

    /// <summary>Peak of generation by an engine whose bounds are made for a known list: pages of keys and values, and one step.</summary>
    /// <param name="rows">Requests side by side.</param>
    /// <param name="promptLength">Tokens of the longest prompt.</param>
    /// <param name="newTokens">Tokens generated at most.</param>
    /// <param name="type">Compute type.</param>
    /// <param name="mostCache">Most bytes of keys and values: an engine with a bound has requests wait instead.</param>
    /// <returns>The estimate.</returns>
    public MemoryEstimate Generation(long rows, long promptLength, long newTokens, ComputeType type, long mostCache = long.MaxValue)
    {
        var size = Size(type);
        var step = new EngineOptions().PromptTokensPerStep;
        var cache = Math.Min(mostCache, rows * KeyValuePages.Ring(model, promptLength + newTokens, step) * KeyValuePages.PageBytes(model, size));

        // A step reads one token of every request that answers and a part of the prompts that are left; its logits are made in the
        // compute type, widened, and copied out.
        var tokens = Math.Min(step + rows, rows * Math.Max(1, promptLength));
        var logits = rows * model.VocabSize * (8L + size);
        var estimate = Estimate(type, 0, 0, cache, Layer(tokens, type) + (DecodedMatrix * size) + Widening + logits);

        // Pages double as they grow. The smaller ones before are given back, and nothing that is made afterwards fits into them exactly.
        return estimate with { Holes = estimate.Holes - (long)(_holes * cache) + cache };
    }

    // What is made once and stays leaves no holes.
    private MemoryEstimate Estimate(ComputeType type, long optimizer, long gradients, long activations, long passing) =>
        new(program, Weights(type), optimizer, gradients, activations, passing, (long)(_holes * (gradients + activations + passing)));

    // All of a layer lives until it ends when nothing is kept for backward: what enters and leaves it (a sum and a norm each), two
    // projections, a sum and a norm between.
    private long Layer(long tokens, ComputeType type) =>
        tokens * Size(type) * ((8L * model.HiddenSize) + PackedWidth + QueryWidth + (3L * model.IntermediateSize)
            + (onDevice ? PackedWidth + (2 * QueryWidth) + model.IntermediateSize : 0)); // turned, keys and values for every head, the gate behind its function

    // On the CPU a chunk of logits becomes its gradient in place. On a GPU it is also widened to float32, its log-softmax is, and both have gradients.
    private long Logits(long tokens, int size, bool gradients) => onDevice
        ? Math.Min(tokens, DeviceChunk) * model.VocabSize * (gradients ? (2L * size) + 12 : size + 8)
        : ChunkRows * model.VocabSize * size;

    private static int Size(ComputeType type) => type == ComputeType.Bfloat16 ? 2 : 4;

    private long ChunkRows => Math.Min(LargestChunk, Math.Max(SmallestChunk, ChunkLogits / model.VocabSize));

    private long Weights(ComputeType type)
    {
        if (quantization is null)
        {
            return model.ParameterCount * Size(type);
        }

        // Half a byte a value, and a scale for each block: float32, or 8 bits with a float32 scale for each block of scales.
        var blocks = ProjectionCount / Nf4Block;
        var scales = quantization.DoubleQuantization ? blocks + (4 * blocks / Nf4ScaleBlock) : 4 * blocks;
        return (ProjectionCount / 2) + scales + ((model.ParameterCount - ProjectionCount) * Size(type));
    }

    private static long Moments(TrainingShape shape, long trained) => shape.Options.OptimizerStates switch
    {
        OptimizerStateType.Float32 => 8 * trained,
        OptimizerStateType.Bfloat16 => 4 * trained,
        _ => 2 * (trained + (4 * trained / MomentBlock)),
    };

    // What one layer keeps for backward: two sums and their norms, packed queries, keys and values, the attention's output, gate, up and
    // their product; and in float32 the norms' scales and the attention's log-sums.
    private long LayerActivations(TrainingShape shape)
    {
        var size = Size(shape.Dtype);

        // On a GPU: turned queries, turned keys and the values, these two once for every query head, in place of the packed ones, which
        // stay only where the values are a view of them; the gate behind its function; and in float32 the cosines and sines looked up.
        var attended = !onDevice ? PackedWidth
            : model.NumAttentionHeads == model.NumKeyValueHeads ? PackedWidth + (2 * QueryWidth)
            : 3 * QueryWidth;
        var kept = (size * ((4L * model.HiddenSize) + attended + QueryWidth + ((onDevice ? 4L : 3L) * model.IntermediateSize)))
            + (onDevice ? 8L * model.HeadDim : 0);
        var adapters = shape.Lora is { } lora
            ? lora.TargetModules.Distinct().Sum(target => size * (lora.Rank + (lora.Dropout > 0 ? Sides(target).Inputs : 0)))
            : 0;
        return shape.Tokens * (kept + adapters + (4L * (2 + model.NumAttentionHeads)));
    }

    private long AdapterCount(LoraOptions lora) => model.NumHiddenLayers
        * lora.TargetModules.Distinct().Sum(target => lora.Rank * (Sides(target).Inputs + Sides(target).Outputs));

    private (long Inputs, long Outputs) Sides(LoraTarget target) => target switch
    {
        LoraTarget.QProj => (model.HiddenSize, QueryWidth),
        LoraTarget.KProj or LoraTarget.VProj => (model.HiddenSize, (long)model.NumKeyValueHeads * model.HeadDim),
        LoraTarget.OProj => (QueryWidth, model.HiddenSize),
        LoraTarget.DownProj => (model.IntermediateSize, model.HiddenSize),
        _ => (model.HiddenSize, model.IntermediateSize),
    };
}
