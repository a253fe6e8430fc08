using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// A Mistral- or Llama-like decoder: RMSNorm, rotary embedding, grouped-query attention with an optional sliding window, SwiGLU,
/// output projection tied to the embedding or not (Jiang et al. 2023, arXiv 2310.06825). There is no dropout but that of adapters
/// in dSFT, so training and scoring compute the same numbers.
/// </summary>
public sealed partial class DecoderModel : IDisposable
{
    private readonly DecoderMath _math;
    private readonly List<DecoderLayer> _layers = [];
    private readonly Dictionary<string, Tensor> _weights;
    private readonly Dictionary<string, Projection> _projections;
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    private DecoderModel(
        ModelConfiguration configuration,
        ComputeType computeType,
        DecoderMath math,
        IReadOnlyList<DecoderParameter> parameters,
        Dictionary<string, Projection> projections,
        Nf4Options? quantization,
        Device device)
    {
        Configuration = configuration;
        Device = device;
        ComputeType = computeType;
        Parameters = parameters;
        Quantization = quantization;
        _math = math;
        _projections = projections;
        _weights = parameters.ToDictionary(static parameter => parameter.Name, static parameter => parameter.Value, StringComparer.Ordinal);
        for (var layer = 0; layer < configuration.NumHiddenLayers; layer++)
        {
            Projection Matrix(string part) => _projections[WeightLayout.Layer(layer, part)];
            _layers.Add(new DecoderLayer(
                configuration,
                _math,
                Matrix("self_attn.qkv_proj"),
                Matrix("self_attn.o_proj"),
                _weights[WeightLayout.Layer(layer, "post_attention_layernorm")],
                Matrix("mlp.gate_up_proj"),
                Matrix("mlp.down_proj")));
        }

        (_cos, _sin) = RotaryTables(configuration, device);
    }

    /// <summary>Shape and constants.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>Where the weights are and the model computes.</summary>
    public Device Device { get; }

    /// <summary>Type of weights and activations.</summary>
    public ComputeType ComputeType { get; }

    /// <summary>
    /// Whether training keeps only what enters each layer and computes the rest again in backward. Values and gradients stay the same
    /// bit for bit; it saves memory for one more forward pass.
    /// </summary>
    public bool CheckpointActivations { get; set; }

    /// <summary>
    /// The weights that are kept in the compute type, in the order of computation; query, key and value are stacked, and so are gate
    /// and up. With <see cref="Quantization"/> the projections are not among them.
    /// </summary>
    public IReadOnlyList<DecoderParameter> Parameters { get; }

    /// <summary>How the projections are kept in 4 bits, which take no gradient; null when they are in the compute type.</summary>
    public Nf4Options? Quantization { get; }

    /// <summary>The low-rank adapters beside the weights; null without.</summary>
    public LoraAdapter? Adapter { get; private set; }

    /// <summary>What training changes: the adapters' matrices where there are adapters, else every weight.</summary>
    public IReadOnlyList<DecoderParameter> Trainable => Adapter?.Parameters ?? Parameters;

    /// <summary>The output projection, <c>[vocabulary, hidden]</c>: the embedding itself when tied.</summary>
    public Tensor OutputWeight => _weights[Configuration.TieWordEmbeddings ? WeightLayout.Embedding : WeightLayout.Output];

    internal DecoderMath Operations => _math;

    private ScalarType Type => ComputeType == ComputeType.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Loads a model folder: <c>config.json</c> and <c>model.safetensors</c>, or several files of weights with their index.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="computeType">Type to compute in; stored weights are converted.</param>
    /// <param name="useFused">False for the readable reference path of plain tensor operations.</param>
    /// <param name="quantization">How to keep the projections in 4 bits, rounded from the compute type one at a time; null to keep them in the compute type.</param>
    /// <param name="device">Where the model is to be; the CPU unless given. Weights go there from the files in pieces of a few MiB; what is
    /// kept in 4 bits is rounded on the CPU first.</param>
    /// <returns>The model, for the caller to dispose.</returns>
    /// <exception cref="ZephyrException">A file is missing, damaged or does not fit the other, or a weight cannot be kept in 4 bits; the message names the tensor.</exception>
    public static DecoderModel Load(string folder, ComputeType computeType, bool useFused = true, Nf4Options? quantization = null, Device? device = null)
    {
        var home = device ?? CPU;
        var configuration = ModelConfigurationFile.Load(folder);
        var type = computeType == ComputeType.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var math = useFused ? DecoderMath.Fast : DecoderMath.Reference;
        var parameters = new List<DecoderParameter>();
        var projections = new Dictionary<string, Projection>(StringComparer.Ordinal);
        Device DeviceOf(string name) => quantization is not null && IsProjection(name) ? CPU : home;
        foreach (var parameter in DecoderWeights.Load(folder, configuration, type, DeviceOf))
        {
            var isProjection = IsProjection(parameter.Name);
            if (isProjection && quantization is not null)
            {
                using var matrix = parameter.Value;
                projections.Add(parameter.Name, Projection.Quantized(parameter, quantization, math, home));
                continue;
            }

            parameters.Add(parameter);
            if (isProjection)
            {
                projections.Add(parameter.Name, Projection.Of(parameter, math));
            }
        }

        return new DecoderModel(configuration, computeType, math, parameters, projections, quantization, home);
    }

    /// <summary>Puts low-rank adapters beside the weights, which from then on take no gradient.</summary>
    /// <param name="adapter">The adapters, made for a model of this shape; the model owns them from here on.</param>
    /// <exception cref="InvalidOperationException">The model has adapters already.</exception>
    public void Attach(LoraAdapter adapter)
    {
        if (Adapter is not null)
        {
            throw new InvalidOperationException("The model has adapters already; merge them first.");
        }

        Adapter = adapter;
        foreach (var parameter in Parameters)
        {
            parameter.Value.requires_grad = false;
        }

        foreach (var projection in _projections.Values)
        {
            projection.Attach(adapter);
        }
    }

    /// <summary>
    /// Writes <c>model.safetensors</c> (several files with an index when it would be larger than one may be), <c>config.json</c> and
    /// <c>generation_config.json</c>, in the Hugging Face names and in the compute type. Adapters are merged into what is written:
    /// <c>W + scale · B A</c> in float32, rounded once; W is the rounded weight where it is kept in 4 bits.
    /// </summary>
    /// <param name="folder">The folder; made when it does not exist.</param>
    /// <param name="maxShardBytes">Most bytes of tensors in one file.</param>
    /// <exception cref="ZephyrException">The folder cannot be written.</exception>
    public void Save(string folder, long maxShardBytes = ModelWeightsWriter.MaxShardBytes)
    {
        Directory.CreateDirectory(folder);
        ModelWeightsWriter.Write(folder, DecoderWeights.Groups(Configuration).SelectMany(group => Contents(group.Name, group.Parts)), maxShardBytes);
        ModelConfigurationFile.Save(Configuration, folder, ComputeType);
    }

    /// <summary>Hidden states after the last norm.</summary>
    /// <param name="ids">Token ids, int64 <c>[batch, sequence]</c>.</param>
    /// <param name="positions">Position of each token in its document, int64 <c>[batch, sequence]</c>.</param>
    /// <param name="documentStarts">Index of the first position of each token's document, int32 <c>[batch, sequence]</c>; null when every row is one document.</param>
    /// <returns>Hidden states, <c>[batch, sequence, hidden]</c>, in the compute type.</returns>
    /// <exception cref="ZephyrException">The sequence is longer than the model's positions.</exception>
    public Tensor Forward(Tensor ids, Tensor positions, Tensor? documentStarts = null)
    {
        if (ids.shape[1] > Configuration.MaxPositionEmbeddings && documentStarts is null)
        {
            throw new ZephyrException(
                $"A sequence of {ids.shape[1]} tokens is longer than the model's max_position_embeddings {Configuration.MaxPositionEmbeddings}. Shorten the rows or take a model with more positions.");
        }

        using var scope = NewDisposeScope();
        var recompute = CheckpointActivations && is_grad_enabled();
        var residual = Embed(ids);
        var normed = _math.RmsNorm(residual, InputNorm(0), Configuration.RmsNormEps);
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            var (previousResidual, previousNormed) = (residual, normed);
            (residual, normed) = recompute
                ? CheckpointedLayer(layer, residual, normed, positions, documentStarts)
                : Layer(layer, residual, normed, positions, documentStarts);
            previousResidual.Dispose();
            previousNormed.Dispose();
        }

        return normed.MoveToOuterDisposeScope();
    }

    // One layer and the addition and norm after it.
    private (Tensor Residual, Tensor Normed) Layer(int layer, Tensor residual, Tensor normed, Tensor positions, Tensor? documentStarts)
    {
        using var scope = NewDisposeScope();
        var layout = new AttentionLayout(documentStarts, Configuration.SlidingWindow, Scale);
        var (sum, update) = _layers[layer].Forward(residual, normed, new DecoderInputs(positions, _cos, _sin, layout));
        return AddAndNorm(update, sum, layer + 1);
    }

    private (Tensor Residual, Tensor Normed) CheckpointedLayer(int layer, Tensor residual, Tensor normed, Tensor positions, Tensor? documentStarts)
    {
        // Positions and document starts are gone by the time of backward, unless they are inputs.
        Tensor[] inputs = documentStarts is null ? [residual, normed, positions] : [residual, normed, positions, documentStarts];
        var outputs = ActivationCheckpoint.Run(
            saved =>
            {
                var (sum, next) = Layer(layer, saved[0], saved[1], saved[2], saved.Count > 3 ? saved[3] : null);
                return [sum, next];
            },
            outputCount: 2,
            inputs);
        return (outputs[0], outputs[1]);
    }

    /// <summary>Logits of hidden states.</summary>
    /// <param name="hidden">Hidden states, <c>[..., hidden]</c>.</param>
    /// <returns>Logits, float32 <c>[..., vocabulary]</c>.</returns>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(hidden, OutputWeight).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of every position of one sequence, as <c>zephyr logits</c> prints them.</summary>
    /// <param name="ids">Token ids.</param>
    /// <returns>One row of <c>vocabulary</c> logits for each id.</returns>
    /// <exception cref="ZephyrException">There is no id, or one is outside the vocabulary, or the sequence is too long.</exception>
    public float[][] Logits(ReadOnlySpan<int> ids)
    {
        if (ids.Length == 0)
        {
            throw new ZephyrException("Logits need at least one token id.");
        }

        var values = new long[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            values[i] = CheckedId(ids[i]);
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = Logits(Forward(tensor(values, [1, values.Length], device: Device), arange(values.Length, device: Device).unsqueeze(0)));
        var flat = logits.data<float>().ToArray();
        return flat.Chunk(Configuration.VocabSize).ToArray();
    }

    /// <summary>Checks a token id against the vocabulary.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ZephyrException">The vocabulary has no such id.</exception>
    public int CheckedId(int id) => (uint)id < (uint)Configuration.VocabSize
        ? id
        : throw new ZephyrException($"Token id {id} is outside the model's vocabulary of {Configuration.VocabSize}. The tokenizer belongs to another model.");

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.Dispose();
        }

        foreach (var projection in _projections.Values)
        {
            projection.Dispose();
        }

        Adapter?.Dispose();
        _cos.Dispose();
        _sin.Dispose();
    }

    /// <summary>Sets what training changes from the file of a checkpoint.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="ZephyrException">A tensor is missing, unexpected or of another shape.</exception>
    internal void RestoreTrainable(SafetensorsFile file)
    {
        if (Adapter is null)
        {
            DecoderWeights.Restore(ModelWeights.Of(file), this);
        }
        else
        {
            Adapter.Restore(file, Configuration);
        }
    }

    private static bool IsProjection(string name) => name.EndsWith("_proj.weight", StringComparison.Ordinal);

    private double Scale => 1 / Math.Sqrt(Configuration.HeadDim);

    // A merged or decoded weight exists while it is written, and no longer.
    private IEnumerable<SafetensorsContent> Contents(string name, IReadOnlyList<WeightShape> parts) =>
        _projections.TryGetValue(name, out var projection) && projection.IsComputed
            ? parts.Select(part => new SafetensorsContent(part.Name, TensorFiles.TypeOf(Type), part.Shape, () =>
            {
                using var scope = NewDisposeScope();
                return TensorFiles.Bytes(projection.Merged(part, Type));
            }))
            : DecoderWeights.Contents([new DecoderParameter(name, _weights[name], parts)], static weight => weight.Value);

    private Tensor Embed(Tensor ids) => nn.functional.embedding(ids, _weights[WeightLayout.Embedding]);

    private Tensor InputNorm(int layer) =>
        _weights[layer < _layers.Count ? WeightLayout.Layer(layer, "input_layernorm") : WeightLayout.FinalNorm];

    private (Tensor Residual, Tensor Normed) AddAndNorm(Tensor update, Tensor residual, int layer)
    {
        var (sum, normed) = _math.AddRmsNorm(update, residual, InputNorm(layer), Configuration.RmsNormEps);
        return (sum.MoveToOuterDisposeScope(), normed.MoveToOuterDisposeScope());
    }

    private static (Tensor Cos, Tensor Sin) RotaryTables(ModelConfiguration configuration, Device device)
    {
        // Angles in double precision, rounded once: position * theta^(-2i / headDim) (Su et al. 2021, arXiv 2104.09864, eq. 15).
        var half = configuration.HeadDim / 2;
        var count = checked(configuration.MaxPositionEmbeddings * half);
        var (cos, sin) = (new float[count], new float[count]);
        for (var i = 0; i < half; i++)
        {
            var frequency = Math.Pow(configuration.RopeTheta, -2.0 * i / configuration.HeadDim);
            for (var position = 0; position < configuration.MaxPositionEmbeddings; position++)
            {
                var angle = position * frequency;
                cos[(position * half) + i] = (float)Math.Cos(angle);
                sin[(position * half) + i] = (float)Math.Sin(angle);
            }
        }

        long[] shape = [configuration.MaxPositionEmbeddings, half];
        return (tensor(cos, shape, device: device).DetachFromDisposeScope(), tensor(sin, shape, device: device).DetachFromDisposeScope());
    }
}
