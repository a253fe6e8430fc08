using TorchSharp;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>Every tensor of a pass follows the model's device: on the meta device one that stayed behind is an error.</summary>
public sealed class DevicePlacementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void The_passes_of_dsft_and_ddpo_compute_where_the_model_is(bool adapters, bool quantized, bool recompute)
    {
        Assert.SkipUnless(Torch.TorchRuntime.Version.Major >= 2, "libtorch before 2.0 knows the meta device for few operations only");
        using var model = Load(quantized ? new Nf4Options(true) : null);
        if (adapters)
        {
            model.Attach(LoraAdapter.Fresh(model.Configuration, new LoraOptions { Rank = 2 }, model.ComputeType, 1, "dsft", model.Device));
        }

        model.CheckpointActivations = recompute;
        model.Trainable.ShouldAllBe(parameter => parameter.Value.device_type == DeviceType.META);
        using var rows = TinyRuns.Rows(6);
        var packer = new Packer(rows, TinyRuns.Dsft, 1, 1);
        using (NewDisposeScope())
        {
            // The count of hits is read, which needs elements: the sum before it is what is asked here.
            var batch = packer.Batch(0, 0);
            long[] shape = [batch.Batch, batch.Sequence];
            var hidden = model.Forward(
                zeros(shape, ScalarType.Int64, model.Device), zeros(shape, ScalarType.Int64, model.Device), tensor(batch.DocumentStarts, shape, device: model.Device));
            model.Operations.LinearCrossEntropy(hidden.flatten(0, 1), model.OutputWeight, tensor(batch.Labels, [batch.Labels.Length], device: model.Device)).Loss.backward();
        }

        model.Trainable.ShouldAllBe(parameter => parameter.Value.grad!.device_type == DeviceType.META);
        using var pairs = TinyRuns.Pairs(4);
        using (NewDisposeScope())
        {
            var batch = new PreferenceBatcher(pairs, 2, 1, 1).Batch(0, 0);
            PreferenceScoring.LogProbs(model, batch).sum().backward();
        }

        using var optimizer = new OptimizerStep(model, TinyRuns.Dsft with { MaxGradNorm = 0 });
        Should.Throw<Torch.TorchException>(() => SftLoss.Compute(model, packer.Batch(0, 0))).Message.ShouldContain("meta", Case.Insensitive);
    }

    [Fact]
    public void Generation_keeps_its_cache_where_the_model_is()
    {
        Assert.SkipUnless(Torch.TorchRuntime.Version.Major >= 2, "libtorch before 2.0 knows the meta device for few operations only");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = Load(null);
        using var cache = model.NewCache(2, 8);
        model.Forward(zeros([2, 4], ScalarType.Int64, model.Device), [4, 3], cache).device_type.ShouldBe(DeviceType.META);
        model.Logits(model.Forward(zeros([2, 1], ScalarType.Int64, model.Device), [1, 1], cache)).device_type.ShouldBe(DeviceType.META);
        cache.Select([1]);
        model.Forward(zeros([1, 1], ScalarType.Int64, model.Device), [1], cache).device_type.ShouldBe(DeviceType.META);
    }

    // Numbers are drawn from (seed, step) alone: a checkpoint has no state of a generator to keep, whichever the device.
    [Fact]
    public void Training_with_dropout_leaves_the_default_generator_as_it_was()
    {
        var before = Torch.TorchRuntime.GetRandomState();
        using var model = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(model, TinyRuns.Dsft with { MaxSteps = 3, Lora = new LoraOptions { Rank = 2, Dropout = 0.3 } });
        Torch.TorchRuntime.GetRandomState().ShouldBe(before);
    }

    private DecoderModel Load(Nf4Options? quantization)
    {
        RandomModel.Create(TinyRuns.Architecture with { IntermediateSize = 32 }, TinyRuns.Vocabulary, 1, _folder.Path);
        return DecoderModel.Load(_folder.Path, ComputeType.Bfloat16, quantization: quantization, device: META);
    }
}
