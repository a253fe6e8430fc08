using Zephyr.Core.Checkpoints;
using Zephyr.Core.Models;
using Zephyr.Core.Models.Adapters;
using Zephyr.Core.Tests.Models;
using Zephyr.Core.Training;

namespace Zephyr.Core.Tests.Training;

public sealed class LoraTrainingTests : IDisposable
{
    private static readonly DsftOptions Dsft = TinyRuns.Dsft with { LearningRate = 0.02, Lora = new LoraOptions { Rank = 4, Alpha = 8, Dropout = 0.1 } };
    private static readonly DdpoOptions Ddpo = TinyRuns.Ddpo with { LearningRate = 0.02, Lora = new LoraOptions { Rank = 4, Alpha = 8 } };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void Dsft_lowers_the_loss_and_leaves_the_base_weights_as_they_are(ComputeType type)
    {
        using var model = TinyRuns.Model(type);
        var before = model.Parameters.Select(parameter => Reference.Values(parameter.Value)).ToList();

        var history = TinyRuns.RunDsft(model, Dsft with { Epochs = 6 }).History;

        history[^1]["loss"].ShouldBeLessThan(0.8 * history[0]["loss"]);
        model.Parameters.Select(parameter => Reference.Values(parameter.Value)).ShouldBe(before);
        model.Trainable.ShouldAllBe(parameter => parameter.Name.Contains(".lora_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void The_first_ddpo_loss_of_a_fresh_adapter_is_ln_2(ComputeType type)
    {
        using var reference = TinyRuns.Model(type);
        using var model = TinyRuns.Model(type);

        var history = TinyRuns.RunDdpo(model, reference, Ddpo with { Epochs = 6 }).History;

        history[0]["loss"].ShouldBe(Math.Log(2), 1e-6);
        history[^1]["rewards/accuracies"].ShouldBeGreaterThan(0.8);
        history[^1]["loss"].ShouldBeLessThan(0.6);
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void A_dsft_run_with_dropout_killed_and_continued_ends_with_the_bits_of_one_that_was_not(ComputeType type)
    {
        var options = Dsft with { MaxSteps = 7 };
        using var straight = TinyRuns.Model(type);
        var whole = TinyRuns.RunDsft(straight, options);
        using (var killed = TinyRuns.Model(type))
        {
            var observer = new RecordingObserver(5, static () => throw new InvalidOperationException("killed"));
            Should.Throw<InvalidOperationException>(() => TinyRuns.RunDsft(killed, options, _folder.Path, observer));
        }

        using var continued = TinyRuns.Model(type);
        var second = new RecordingObserver();
        var rest = TinyRuns.RunDsft(continued, options, _folder.Path, second);

        second.Plan!.FirstStep.ShouldBe(3);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
        rest.History.Select(step => step["loss"]).ShouldBe(whole.History.Select(step => step["loss"]));
    }

    [Fact]
    public void A_ddpo_run_killed_and_continued_ends_with_the_bits_of_one_that_was_not()
    {
        var options = Ddpo with { MaxSteps = 7 };
        using var reference = TinyRuns.Model(ComputeType.Bfloat16);
        using var straight = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDdpo(straight, reference, options);
        using (var killed = TinyRuns.Model(ComputeType.Bfloat16))
        {
            var observer = new RecordingObserver(5, static () => throw new InvalidOperationException("killed"));
            Should.Throw<InvalidOperationException>(() => TinyRuns.RunDdpo(killed, reference, options, _folder.Path, observer));
        }

        using var continued = TinyRuns.Model(ComputeType.Bfloat16);
        var second = new RecordingObserver();
        TinyRuns.RunDdpo(continued, reference, options, _folder.Path, second);

        second.Plan!.FirstStep.ShouldBe(3);
        TinyRuns.Bytes(continued).ShouldBe(TinyRuns.Bytes(straight));
    }

    [Fact]
    public void A_checkpoint_holds_the_adapter_and_not_the_base()
    {
        using var model = TinyRuns.Model(ComputeType.Bfloat16);
        TinyRuns.RunDsft(model, Dsft with { MaxSteps = 1 }, _folder.Path);

        using var weights = SafetensorsFile.Open(Directory.GetFiles(_folder.Path, "weights.safetensors", SearchOption.AllDirectories).Single());
        weights.Entries.Select(entry => entry.Name).Order(StringComparer.Ordinal)
            .ShouldBe(model.Trainable.Select(parameter => parameter.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Checkpoints_of_another_rank_are_refused()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        using var other = TinyRuns.Model(ComputeType.Float32);
        TinyRuns.RunDsft(model, Dsft with { MaxSteps = 1 }, _folder.Path);

        Should.Throw<ZephyrException>(() => TinyRuns.RunDsft(other, Dsft with { MaxSteps = 1, Lora = Dsft.Lora! with { Rank = 5 } }, _folder.Path))
            .Message.ShouldContain("lora=5/8");
    }

    [Fact]
    public void Dropout_is_drawn_anew_each_step_and_absent_from_evaluation()
    {
        using var with = TinyRuns.Model(ComputeType.Float32);
        using var without = TinyRuns.Model(ComputeType.Float32);

        // With a learning rate of zero only the masks differ; B is zero too, so the first losses are equal and so are the later ones.
        var still = Dsft with { LearningRate = 0, MaxSteps = 3 };
        var dropped = TinyRuns.RunDsft(with, still).History;
        var whole = TinyRuns.RunDsft(without, still with { Lora = still.Lora! with { Dropout = 0 } }).History;

        dropped.Select(step => step["loss"]).ShouldBe(whole.Select(step => step["loss"]));
        dropped.Select(step => step["grad_norm"]).ShouldNotBe(whole.Select(step => step["grad_norm"]));
    }

    [Fact]
    public void Dropout_in_ddpo_is_refused()
    {
        using var reference = TinyRuns.Model(ComputeType.Float32);
        using var model = TinyRuns.Model(ComputeType.Float32);

        Should.Throw<ZephyrException>(() => TinyRuns.RunDdpo(model, reference, Ddpo with { Lora = Ddpo.Lora! with { Dropout = 0.05 } }))
            .Message.ShouldContain("ddpo.lora.dropout");
    }
}
