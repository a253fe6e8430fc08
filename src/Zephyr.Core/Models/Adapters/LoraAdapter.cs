using Zephyr.Core.Checkpoints;
using Zephyr.Core.Randomness;
using static TorchSharp.torch;

namespace Zephyr.Core.Models.Adapters;

/// <summary>
/// Low-rank adapters of a decoder (Hu et al. 2021, arXiv 2106.09685): for each chosen projection W of each layer two thin matrices, so
/// that it computes <c>x Wᵀ + scale · (x Aᵀ) Bᵀ</c>. The folder format is PEFT's.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    /// <summary>Name of the weights in an adapter folder.</summary>
    public const string WeightsFile = "adapter_model.safetensors";

    private readonly Dictionary<string, LoraPair> _pairs;

    private LoraAdapter(AdapterConfiguration configuration, Dictionary<string, LoraPair> pairs, LoraDropout dropout)
    {
        Configuration = configuration;
        _pairs = pairs;
        Dropout = dropout;
        Parameters = [.. pairs.Values.SelectMany(static pair => new[] { pair.A, pair.B })];
    }

    /// <summary>Rank, scale and targets.</summary>
    public AdapterConfiguration Configuration { get; }

    /// <summary>The trainable tensors, in the order of computation, under their PEFT names.</summary>
    public IReadOnlyList<DecoderParameter> Parameters { get; }

    /// <summary>Dropout on the inputs, off until a training pass begins.</summary>
    internal LoraDropout Dropout { get; }

    /// <summary>
    /// Makes an adapter that changes nothing yet: A from the uniform distribution on ±1/sqrt(in) (Kaiming's with slope sqrt(5), as PEFT
    /// has it), B zero. The numbers come from the seed, the stage and the module's name alone.
    /// </summary>
    /// <param name="model">Shape of the model.</param>
    /// <param name="options">Rank, scale, dropout and targets.</param>
    /// <param name="type">Type of the matrices.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="stage">The stage that trains it, <c>dsft</c> or <c>ddpo</c>.</param>
    /// <param name="device">Where the model is; the CPU unless given.</param>
    /// <returns>The adapter, for the caller or the model it is attached to.</returns>
    /// <exception cref="ZephyrException">No projection is chosen.</exception>
    public static LoraAdapter Fresh(ModelConfiguration model, LoraOptions options, ComputeType type, ulong seed, string stage, Device? device = null)
    {
        var configuration = AdapterConfiguration.From(options);
        if (configuration.Targets.Count == 0)
        {
            throw new ZephyrException($"{stage}.lora.target_modules is empty, so there is nothing to train. Name at least one projection.");
        }

        Tensor Values(WeightShape shape, bool random)
        {
            var values = new float[checked((int)(shape.Shape[0] * shape.Shape[1]))];
            if (random)
            {
                var numbers = new SeededRandom(seed, $"{stage}/lora/{shape.Name}");
                var bound = 1 / Math.Sqrt(shape.Shape[1]);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = (float)(bound * ((2 * numbers.NextDouble()) - 1));
                }
            }

            return tensor(values, [.. shape.Shape]);
        }

        var dropout = new LoraDropout(options.Dropout, seed, stage);
        return Create(configuration, model, type, shape => Values(shape, random: shape.Name.Contains(".lora_A.", StringComparison.Ordinal)), dropout, device ?? CPU);
    }

    /// <summary>Loads an adapter folder in PEFT's format.</summary>
    /// <param name="folder">Folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="model">Shape of the model it belongs to.</param>
    /// <param name="type">Type to compute in; stored matrices are converted.</param>
    /// <param name="device">Where the model is; the CPU unless given.</param>
    /// <returns>The adapter, for the caller or the model it is attached to.</returns>
    /// <exception cref="AdapterFormatException">The folder asks for something that is not supported, or its tensors do not fit it and the model.</exception>
    /// <exception cref="ZephyrException">A file is missing or damaged.</exception>
    public static LoraAdapter Load(string folder, ModelConfiguration model, ComputeType type, Device? device = null)
    {
        var configuration = AdapterConfigurationFile.Load(folder);
        using var file = SafetensorsFile.Open(Path.Combine(folder, WeightsFile));
        AdapterWeights.Check(file, configuration, model);
        return Create(configuration, model, type, shape => TensorFiles.Read(file, shape.Name), new LoraDropout(0, 0, ""), device ?? CPU);
    }

    /// <summary>Writes the adapter as a folder in PEFT's format, the matrices in their own type.</summary>
    /// <param name="folder">The folder; made when it does not exist.</param>
    /// <param name="baseModel">Name or folder of the model it belongs to, for programs that load both; null when it has none.</param>
    /// <exception cref="ZephyrException">The folder cannot be written.</exception>
    public void Save(string folder, string? baseModel = null)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFile), DecoderWeights.Contents(Parameters, static parameter => parameter.Value));
        AdapterConfigurationFile.Save(Configuration, folder, baseModel);
    }

    /// <summary>Frees the matrices.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Value.Dispose();
        }
    }

    /// <summary>The matrices beside a projection.</summary>
    /// <param name="weight">Name of its weight, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
    /// <returns>The pair; null when the projection has none.</returns>
    internal LoraPair? Find(string weight) => _pairs.GetValueOrDefault(weight);

    /// <summary>Sets the matrices from the file of a checkpoint.</summary>
    /// <param name="file">A file with this adapter's tensors.</param>
    /// <param name="model">Shape of the model.</param>
    /// <exception cref="AdapterFormatException">The tensors are not those of this adapter.</exception>
    internal void Restore(SafetensorsFile file, ModelConfiguration model)
    {
        AdapterWeights.Check(file, Configuration, model);
        using var noGrad = no_grad();
        foreach (var parameter in Parameters)
        {
            using var scope = NewDisposeScope();
            parameter.Value.copy_(TensorFiles.Read(file, parameter.Name));
        }
    }

    private static LoraAdapter Create(
        AdapterConfiguration configuration, ModelConfiguration model, ComputeType type, Func<WeightShape, Tensor> values, LoraDropout dropout, Device device)
    {
        var scalar = type == ComputeType.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        DecoderParameter Parameter(WeightShape shape)
        {
            using var scope = NewDisposeScope();
            return new DecoderParameter(shape.Name, values(shape).to_type(scalar).to(device).DetachFromDisposeScope().requires_grad_(true), [shape]);
        }

        var pairs = new Dictionary<string, LoraPair>(StringComparer.Ordinal);
        foreach (var weight in LoraTargets.Weights(model, [.. configuration.Targets]))
        {
            var (module, a, b) = LoraPair.Shapes(weight, configuration.Rank);
            pairs.Add(weight.Name, new LoraPair(module, Parameter(a), Parameter(b)));
        }

        return new LoraAdapter(configuration, pairs, dropout);
    }
}
