using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Losses;
using Zephyr.Core.Models;
using Zephyr.Core.Tests.Models;
using Zephyr.Core.Training;
using static TorchSharp.torch;

namespace Zephyr.Core.Tests.Training;

public sealed class DpoTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loss_rewards_and_every_gradient_agree_with_pytorch(bool useFused)
    {
        using var scope = NewDisposeScope();
        using var expected = Reference.Open("mistral_tied", "dpo");
        using var model = DecoderModel.Load(Reference.Folder("mistral_tied"), ComputeType.Float32, useFused);
        int[] Ids(int pair, string part) => Reference.Longs(expected, $"ids.{pair}.{part}").Select(id => (int)id).ToArray();
        using var rows = PreferenceRows.FromMemory(Enumerable.Range(0, 3).Select(i => (Ids(i, "prompt"), Ids(i, "chosen"), Ids(i, "rejected"))).ToList());
        var reference = new ReferenceLogProbs(Reference.Floats(expected, "reference_chosen"), Reference.Floats(expected, "reference_rejected"), "");

        // A batch holds its pairs in the order of length; the reference file holds them in the order of rows.
        var batch = new PreferenceBatcher(rows, 3, 1, 0).BatchInOrder(0);
        var logProbs = PreferenceScoring.LogProbs(model, batch);
        var scored = PreferenceScoring.Read(logProbs);
        var policy = Enumerable.Range(0, 3).Select(row => scored[Array.IndexOf(batch.Rows, row)]).ToArray();
        var pairs = Enumerable.Range(0, 3).Select(i => DpoLoss.Pair(0.1, policy[i], reference[i])).ToArray();
        var gradients = batch.Rows.Select(row => (float)pairs[row].ChosenGradient / 3).ToArray();
        var slopes = gradients.Concat(gradients.Select(gradient => -gradient)).ToArray();
        logProbs.mul(tensor(slopes)).sum().backward();

        Reference.ShouldBeClose(policy.Select(pair => (float)pair.Chosen).ToArray(), Reference.Floats(expected, "chosen"), 1e-4, "chosen");
        Reference.ShouldBeClose(policy.Select(pair => (float)pair.Rejected).ToArray(), Reference.Floats(expected, "rejected"), 1e-4, "rejected");
        Reference.ShouldBeClose(pairs.Select(pair => (float)pair.RewardChosen).ToArray(), Reference.Floats(expected, "rewards_chosen"), 1e-4, "rewards");
        pairs.Average(pair => pair.Loss).ShouldBe(Reference.Floats(expected, "loss")[0], 1e-4);
        foreach (var parameter in model.Parameters)
        {
            Reference.ShouldBeClose(Reference.Values(parameter.Value.grad!), Reference.Stacked(expected, "grad.", parameter), 1e-4, parameter.Name);
        }
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void The_first_loss_is_ln_2_though_reference_and_policy_are_scored_in_other_batches(ComputeType type)
    {
        using var reference = TinyRuns.Model(type);
        using var model = TinyRuns.Model(type);

        // The reference is scored 7 pairs at a time in the order of length, the policy 3 at a time in shuffled order.
        var first = TinyRuns.RunDdpo(model, reference, TinyRuns.Ddpo with { MaxSteps = 1 }).History[0];

        first["loss"].ShouldBe(Math.Log(2), 1e-6);
        first["rewards/margins"].ShouldBe(0, 1e-5);
    }

    [Theory]
    [InlineData(ComputeType.Float32)]
    [InlineData(ComputeType.Bfloat16)]
    public void Training_widens_the_margin(ComputeType type)
    {
        using var reference = TinyRuns.Model(type);
        using var model = TinyRuns.Model(type);

        var last = TinyRuns.RunDdpo(model, reference, TinyRuns.Ddpo with { Epochs = 8 }).History[^1];

        last["rewards/accuracies"].ShouldBeGreaterThan(0.9);
        last["rewards/margins"].ShouldBeGreaterThan(0.2);
        last["loss"].ShouldBeLessThan(0.6);
    }

    [Theory]
    [InlineData(ComputeType.Float32, 1e-4)]
    [InlineData(ComputeType.Bfloat16, 1e-4)]
    public void Scores_do_not_depend_on_batch_size_or_padding(ComputeType type, double tolerance)
    {
        using var model = TinyRuns.Model(type);
        using var rows = TinyRuns.Pairs(17);

        var alone = ReferenceLogProbs.Compute(model, rows, new ReferenceOptions { BatchSize = 1 });
        var together = ReferenceLogProbs.Compute(model, rows, new ReferenceOptions { BatchSize = 17 });

        Reference.ShouldBeClose(together.Chosen, alone.Chosen, tolerance, "chosen");
        Reference.ShouldBeClose(together.Rejected, alone.Rejected, tolerance, "rejected");
    }

    [Fact]
    public void Reference_log_probabilities_are_stored_exactly_and_refused_for_other_pairs()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        using var rows = TinyRuns.Pairs(9);
        using var others = TinyRuns.Pairs(8);
        var path = Path.Combine(_folder.Path, "reference.safetensors");
        var scores = ReferenceLogProbs.Compute(model, rows, new ReferenceOptions());

        scores.Save(path);

        var loaded = ReferenceLogProbs.Load(path, rows);
        loaded.Chosen.ShouldBe(scores.Chosen);
        loaded.Rejected.ShouldBe(scores.Rejected);
        Should.Throw<ZephyrException>(() => ReferenceLogProbs.Load(path, others)).Message.ShouldContain("other preference pairs");
    }

    [Fact]
    public void Evaluation_under_the_reference_itself_has_no_rewards()
    {
        using var model = TinyRuns.Model(ComputeType.Float32);
        using var rows = TinyRuns.Pairs(9);
        var scores = ReferenceLogProbs.Compute(model, rows, new ReferenceOptions());

        var figures = DpoTrainer.Evaluate(model, new PreferenceData(rows, scores), 0.1, 4);

        figures["loss"].ShouldBe(Math.Log(2), 1e-6);
        figures["rewards/chosen"].ShouldBe(0, 1e-5);
        figures["logps/chosen"].ShouldBe(scores.Chosen.Average(), 1e-3);
    }
}
