using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>Counts of live tensors are the process's, so nothing else may run beside these tests.</summary>
[Collection(nameof(LiveTensorTests))]
public sealed class ActivationCheckpointingTests
{
    [Theory]
    [InlineData(ComputeType.Float32, true)]
    [InlineData(ComputeType.Bfloat16, true)]
    [InlineData(ComputeType.Float32, false)]
    public void A_dsft_run_ends_with_the_same_bits_and_frees_its_tensors(ComputeType type, bool useFused)
    {
        var options = TinyRuns.Dsft with { MaxSteps = 4 };
        using var kept = TinyRuns.Model(type, useFused);
        var losses = TinyRuns.RunDsft(kept, options).History.Select(step => step["loss"]).ToList();

        using var model = TinyRuns.Model(type, useFused);
        var before = NativeHandles.LiveCount;
        var history = TinyRuns.RunDsft(model, options with { ActivationCheckpointing = true }).History;
        NativeHandles.LiveCount.ShouldBe(before);
        history.Select(step => step["loss"]).ShouldBe(losses);
        TinyRuns.Bytes(model).ShouldBe(TinyRuns.Bytes(kept));
    }

    [Fact]
    public void Adapters_with_dropout_see_the_same_masks_again()
    {
        var options = TinyRuns.Dsft with { MaxSteps = 4, Lora = new LoraOptions { Rank = 4, Alpha = 8, Dropout = 0.2 } };
        using var kept = TinyRuns.Model(ComputeType.Bfloat16);
        using var model = TinyRuns.Model(ComputeType.Bfloat16);
        var losses = TinyRuns.RunDsft(kept, options).History.Select(step => step["loss"]).ToList();
        TinyRuns.RunDsft(model, options with { ActivationCheckpointing = true }).History.Select(step => step["loss"]).ShouldBe(losses);
    }

    [Fact]
    public void A_ddpo_run_ends_with_the_same_bits()
    {
        using var reference = TinyRuns.Model(ComputeType.Bfloat16);
        using var kept = TinyRuns.Model(ComputeType.Bfloat16);
        using var model = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDdpo(kept, reference, TinyRuns.Ddpo with { MaxSteps = 3 });
        TinyRuns.RunDdpo(model, reference, TinyRuns.Ddpo with { MaxSteps = 3, ActivationCheckpointing = true });
        TinyRuns.Bytes(model).ShouldBe(TinyRuns.Bytes(kept));
    }
}
