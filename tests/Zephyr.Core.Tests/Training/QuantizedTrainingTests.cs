using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Tests.Models;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

/// <summary>Adapters beside a base in 4 bits (QLoRA).</summary>
public sealed class QuantizedTrainingTests : IDisposable
{
    private static readonly Nf4Options Nf4 = new(DoubleQuantization: true);
    private static readonly DsftOptions Dsft = TinyRuns.Dsft with { LearningRate = 0.02, Lora = new LoraOptions { Rank = 4, Alpha = 8, Dropout = 0.1 } };
    private static readonly DdpoOptions Ddpo = TinyRuns.Ddpo with { LearningRate = 0.02, Lora = new LoraOptions { Rank = 4, Alpha = 8 } };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void A_model_in_4_bits_computes_what_its_decoded_weights_do(bool doubleQuantization, bool useFused)
    {
        using var scope = NewDisposeScope();
        using var quantized = TinyRuns.Model(ComputeType.Float32, useFused, quantization: new Nf4Options(doubleQuantization));
        using var original = TinyRuns.Model(ComputeType.Float32);
        quantized.Save(_folder.Path);
        using var decoded = DecoderModel.Load(_folder.Path, ComputeType.Float32);

        var logits = quantized.Logits([1, 5, 9, 20]);

        foreach (var (actual, expected) in logits.Zip(decoded.Logits([1, 5, 9, 20])))
        {
            Reference.ShouldBeClose(actual, expected, 1e-5, "logits");
        }

        logits[3].ShouldNotBe(original.Logits([1, 5, 9, 20])[3]);
        quantized.Parameters.ShouldAllBe(parameter => !parameter.Name.Contains("_proj", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void Dsft_lowers_the_loss_and_a_killed_run_ends_with_the_bits_of_one_that_was_not(ComputeType type)
    {
        var options = Dsft with { Epochs = 4 };
        using var straight = TinyRuns.Model(type, quantization: Nf4);
        var history = TinyRuns.RunDsft(straight, options).History;
        history[^1]["loss"].ShouldBeLessThan(0.9 * history[0]["loss"]);
        using (var killed = TinyRuns.Model(type, quantization: Nf4))
        {
            var observer = new RecordingObserver(5, static () => throw new InvalidOperationException("killed"));
            Should.Throw<InvalidOperationException>(() => TinyRuns.RunDsft(killed, options, _folder.Path, observer));
        }

        using var continued = TinyRuns.Model(type, quantization: Nf4);
        var second = new RecordingObserver();
        TinyRuns.RunDsft(continued, options, _folder.Path, second);

        second.Plan!.FirstStep.ShouldBe(3);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void The_first_ddpo_loss_is_ln_2_against_a_reference_in_4_bits(ComputeType type)
    {
        using var reference = TinyRuns.Model(type, quantization: Nf4);
        using var model = TinyRuns.Model(type, quantization: Nf4);

        var history = TinyRuns.RunDdpo(model, reference, Ddpo with { Epochs = 6 }).History;

        history[0]["loss"].ShouldBe(Math.Log(2), 1e-6);
        history[^1]["loss"].ShouldBeLessThan(0.6);
    }

    [Fact]
    public void Recomputed_activations_give_the_same_bits()
    {
        using var kept = TinyRuns.Model(ComputeType.Bfloat16, quantization: Nf4);
        using var recomputed = TinyRuns.Model(ComputeType.Bfloat16, quantization: Nf4);
        TinyRuns.RunDsft(kept, Dsft with { MaxSteps = 3 });
        TinyRuns.RunDsft(recomputed, Dsft with { MaxSteps = 3, ActivationCheckpointing = true });

        TinyRuns.Bytes(recomputed).ShouldBe(TinyRuns.Bytes(kept));
    }

    [Fact]
    public void Full_training_and_weights_that_do_not_fill_blocks_are_refused_with_the_setting_to_change()
    {
        using var model = TinyRuns.Model(ComputeType.Float32, quantization: Nf4);
        Should.Throw<ZephyrException>(() => TinyRuns.RunDsft(model, TinyRuns.Dsft)).Message.ShouldContain("Set dsft.lora");
        Should.Throw<ZephyrException>(() => TinyRuns.RunDdpo(model, model, TinyRuns.Ddpo)).Message.ShouldContain("Set ddpo.lora");

        RandomModel.Create(TinyRuns.Architecture with { IntermediateSize = 26 }, TinyRuns.Vocabulary, 3, _folder.Path);
        var message = Should.Throw<ZephyrException>(() => DecoderModel.Load(_folder.Path, ComputeType.Float32, quantization: Nf4)).Message;
        message.ShouldContain("model.layers.0.mlp.gate_proj.weight");
        message.ShouldContain("Set model.quantization to none");
    }
}
