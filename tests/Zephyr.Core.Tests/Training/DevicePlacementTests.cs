using TorchSharp;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>What a model is made of follows its device; the meta device stands for a GPU here.</summary>
public sealed class DevicePlacementTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_adapters_optimizer_and_cache_are_where_the_model_is(bool quantized)
    {
        RandomModel.Create(TinyRuns.Architecture with { IntermediateSize = 32 }, TinyRuns.Vocabulary, 1, _folder.Path);
        using var model = DecoderModel.Load(_folder.Path, ComputeType.Bfloat16, quantization: quantized ? new Nf4Options(true) : null, device: META);
        model.Device.ShouldBe(META);
        model.Parameters.ShouldAllBe(parameter => parameter.Value.device_type == DeviceType.META);
        model.Attach(LoraAdapter.Fresh(model.Configuration, new LoraOptions { Rank = 2 }, model.ComputeType, 1, "dsft", model.Device));
        model.Trainable.ShouldAllBe(parameter => parameter.Value.device_type == DeviceType.META);
        using var optimizer = new FusedAdamW([new([.. model.Trainable.Select(parameter => new NamedTensor(parameter.Name, parameter.Value))], 0)]);
        optimizer.NamedState.ShouldAllBe(state => state.Value.device_type == DeviceType.META);
        using var pages = model.NewPages(1 << 20);
        pages.TryTake(1).ShouldNotBeNull();
        pages[0].Keys.device_type.ShouldBe(DeviceType.META);
        pages[0].Values.device_type.ShouldBe(DeviceType.META);
    }

    // Numbers are drawn from (seed, step) alone: a checkpoint has no state of a generator to keep, whichever the device.
    [Fact]
    public void Training_with_dropout_leaves_the_default_generator_as_it_was()
    {
        var before = TorchRuntime.GetRandomState();
        using var model = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(model, TinyRuns.Dsft with { MaxSteps = 3, Lora = new LoraOptions { Rank = 2, Dropout = 0.3 } });
        TorchRuntime.GetRandomState().ShouldBe(before);
    }
}
