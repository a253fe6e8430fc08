using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Models;
using Zephyr.Core.Tests.Models;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

public sealed class SftTrainerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_steps_of_adamw_with_clipping_agree_with_pytorch(bool useFused)
    {
        using var expected = Reference.Open("mistral_untied", "steps");
        using var model = DecoderModel.Load(Reference.Folder("mistral_untied"), ComputeType.Float32, useFused);
        using var optimizer = new OptimizerStep(model, new DsftOptions { WeightDecay = 0.1, Beta2 = 0.95, MaxGradNorm = 1 });
        var ids = Reference.Longs(expected, "ids");
        for (var step = 0; step < 10; step++)
        {
            using var scope = NewDisposeScope();
            var batch = ids[(step * 18)..((step + 1) * 18)];
            var labels = Enumerable.Range(0, 18).Select(i => i % 9 == 8 ? PackedBatch.Ignored : batch[i + 1]).ToArray();
            var input = tensor(batch, [2, 9]);
            var (sum, _) = model.Operations.LinearCrossEntropy(
                model.Forward(input, Reference.Positions(input)).flatten(0, 1), model.OutputWeight, tensor(labels));
            var loss = sum.div(16);
            loss.backward();
            loss.item<float>().ShouldBe(Reference.Floats(expected, "losses")[step], 1e-3f, $"step {step}");
            optimizer.Apply(0.02 * (1 - (step / 10.0))).ShouldBe(Reference.Floats(expected, "norms")[step], 1e-2, $"step {step}");
        }

        foreach (var parameter in model.Parameters)
        {
            // Where the second moment is near 0 AdamW magnifies rounding, so 10 steps agree less closely than one.
            Reference.ShouldBeClose(Reference.Values(parameter.Value), Reference.Stacked(expected, "final.", parameter), 2e-3, parameter.Name);
        }
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void Training_lowers_the_loss(ComputeType type)
    {
        using var model = TinyRuns.Model(type);

        var summary = TinyRuns.RunDsft(model, TinyRuns.Dsft with { Epochs = 20 });

        summary.History[^1]["loss"].ShouldBeLessThan(0.5 * summary.History[0]["loss"]);
        summary.History[0]["loss"].ShouldBe(Math.Log(TinyRuns.Vocabulary), 0.3);
    }

    /// <summary>transformers#34191: dividing each pass by its own count weighs tokens of short passes more.</summary>
    [Fact]
    public void Accumulating_over_passes_of_unequal_length_gives_the_loss_and_step_of_one_large_pass()
    {
        // The same sequences in the same order: 4 passes of 1 sequence, or 1 pass of 4, the partial last window included.
        var small = TinyRuns.Dsft with { BatchSize = 1, AccumulationSteps = 4, MaxGradNorm = 0, Packing = PackingMode.None, LearningRate = 0.001 };
        var large = small with { BatchSize = 4, AccumulationSteps = 1 };
        using var first = TinyRuns.Model(ComputeType.Float32);
        using var second = TinyRuns.Model(ComputeType.Float32);

        var one = TinyRuns.RunDsft(first, small);
        var four = TinyRuns.RunDsft(second, large);

        one.History.Count.ShouldBe(four.History.Count);
        for (var step = 0; step < one.History.Count; step++)
        {
            one.History[step]["loss"].ShouldBe(four.History[step]["loss"], 1e-4, $"step {step}");
            one.History[step]["grad_norm"].ShouldBe(four.History[step]["grad_norm"], 1e-3, $"step {step}");
        }
    }

    /// <summary>trl#979: the number of steps is counted after packing.</summary>
    [Fact]
    public void Steps_are_counted_after_packing()
    {
        using var rows = TinyRuns.Rows(40);
        var packer = new Packer(rows, TinyRuns.Dsft, 2, 5);
        using var model = TinyRuns.Model(ComputeType.Float32);

        var summary = TinyRuns.RunDsft(model, TinyRuns.Dsft);

        packer.SequenceCount.ShouldBeLessThan(40);
        summary.Steps.ShouldBe(2 * (int)Math.Ceiling(Math.Ceiling(packer.SequenceCount / 2.0) / 2));
        summary.Tokens.ShouldBe(2 * rows.TokenCount);
        summary.History[^1]["num_tokens"].ShouldBe(summary.Tokens);
        summary.History[^1]["epoch"].ShouldBe(2);
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_the_run_naming_step_and_setting()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);

        var failure = Should.Throw<ZephyrException>(() => TinyRuns.RunDsft(
            model, TinyRuns.Dsft with { LearningRate = 1, WarmupRatio = 0, Epsilon = 1e-16, WeightDecay = 10, Epochs = 400, MaxGradNorm = 0 }));

        failure.Message.ShouldContain("at step");
        failure.Message.ShouldContain("dsft.learning_rate");
    }
}
