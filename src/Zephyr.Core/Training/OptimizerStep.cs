using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Training;

/// <summary>
/// Gradient clipping and AdamW over what training changes of a model: decay on matrices only, float32 masters for bfloat16 weights. Its state and
/// the weights are what a checkpoint holds.
/// </summary>
internal sealed class OptimizerStep : IDisposable
{
    private const string WeightsFile = "weights";
    private const string StateFile = "optimizer";

    private readonly DecoderModel _model;
    private readonly double _maxGradNorm;
    private readonly FusedAdamW _optimizer;

    /// <summary>Creates the optimizer with empty moments.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">AdamW's and the clipping settings.</param>
    public OptimizerStep(DecoderModel model, OptimizationOptions options)
    {
        _model = model;
        _maxGradNorm = options.MaxGradNorm;
        _optimizer = new FusedAdamW(
            [Group(matrices: true, options.WeightDecay), Group(matrices: false, 0)], options.Beta1, options.Beta2, options.Epsilon, options.OptimizerStates);
        _optimizer.ZeroGrad();
    }

    /// <summary>Clips the gradients, updates the weights and drops the gradients.</summary>
    /// <param name="learningRate">Rate of this step.</param>
    /// <returns>The gradients' norm before clipping.</returns>
    public double Apply(double learningRate)
    {
        var norm = _optimizer.Step(learningRate, _maxGradNorm)
            ?? Fused.ClipGradNorm(_model.Trainable.Select(static parameter => parameter.Value).ToList(), 0);
        _optimizer.ZeroGrad();
        return norm;
    }

    /// <summary>Weights and optimizer state, as the files of a checkpoint.</summary>
    /// <returns>Tensor files by name.</returns>
    public IReadOnlyDictionary<string, IReadOnlyList<SafetensorsContent>> Contents() =>
        new Dictionary<string, IReadOnlyList<SafetensorsContent>>(StringComparer.Ordinal)
        {
            [WeightsFile] = [.. DecoderWeights.Contents(_model.Trainable, static parameter => parameter.Value)],
            [StateFile] = [.. _optimizer.NamedState.Select(static state => TensorFiles.Content(state.Name, state.Value))],
        };

    /// <summary>Takes weights and state from a checkpoint.</summary>
    /// <param name="checkpoint">A checkpoint of the same model and settings.</param>
    /// <exception cref="ZephyrException">A file is damaged or does not fit the model.</exception>
    public void Load(LoadedCheckpoint checkpoint)
    {
        using var scope = NewDisposeScope();
        using (var weights = checkpoint.Open(WeightsFile))
        {
            _model.RestoreTrainable(weights);
        }

        using var state = checkpoint.Open(StateFile);

        // One tensor at a time: all of them again would be 12 bytes a weight beside the optimizer's own.
        Tensor Read(string name)
        {
            var entry = state.Entry(name);
            var tensor = TensorFiles.Read(state, name);
            state.Release(entry, 0, entry.Length);
            return tensor;
        }

        try
        {
            _optimizer.Restore([.. state.Entries.Select(static entry => entry.Name)], Read, checkpoint.State.Step);
        }
        catch (Exception exception) when (exception is ArgumentException or TorchException)
        {
            throw new ZephyrException($"{state.Path}: {exception.Message} Delete the checkpoint folder to start this stage again.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();

    private ParameterGroup Group(bool matrices, double weightDecay) => new(
        [.. _model.Trainable.Where(parameter => parameter.IsMatrix == matrices).Select(static parameter => new NamedTensor(parameter.Name, parameter.Value))],
        weightDecay);
}
