using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;

namespace Zephyr.Core.Tests.Data.Packing;

public sealed class PreferenceBatcherTests
{
    // Prompt 1 5, chosen 7 8 2, rejected 9 2: the last prompt token predicts the first answer token.
    [Fact]
    public void Chosen_and_rejected_are_stacked_and_only_answers_are_labels()
    {
        using var rows = PreferenceRows.FromMemory([([1, 5], [7, 8, 2], [9, 2])]);
        var batch = new PreferenceBatcher(rows, batchSize: 4, accumulationSteps: 1, seed: 1).Batch(0, 0);
        batch.Rows.ShouldBe([0]);
        batch.Sequences.Batch.ShouldBe(2);
        batch.Sequences.Sequence.ShouldBe(5);
        batch.Sequences.Ids.ShouldBe([1, 5, 7, 8, 2, 1, 5, 9, 2, 0]);
        batch.Sequences.Labels.ShouldBe([-100, 7, 8, 2, -100, -100, 9, 2, -100, -100]);
        batch.Sequences.Positions.ShouldBe([0, 1, 2, 3, 4, 0, 1, 2, 3, 0]);
        batch.Sequences.DocumentStarts.ShouldBe([0, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
    }

    [Fact]
    public void An_epoch_holds_every_pair_once_in_an_order_of_its_own()
    {
        using var rows = PreferenceRows.FromMemory(Enumerable.Range(0, 50).Select(row => (new[] { 1 }, new[] { row + 3, 2 }, new[] { row + 4, 2 })));
        var batcher = new PreferenceBatcher(rows, batchSize: 8, accumulationSteps: 2, seed: 1);
        (batcher.BatchesPerEpoch, batcher.StepsPerEpoch).ShouldBe((7, 4));
        var first = Enumerable.Range(0, 7).SelectMany(index => batcher.Batch(0, index).Rows).ToList();
        var second = Enumerable.Range(0, 7).SelectMany(index => batcher.Batch(1, index).Rows).ToList();
        first.Order().ShouldBe(Enumerable.Range(0, 50));
        second.Order().ShouldBe(Enumerable.Range(0, 50));
        second.ShouldNotBe(first);
        new PreferenceBatcher(rows, batchSize: 8, accumulationSteps: 2, seed: 1).Batch(1, 3).Rows.ShouldBe(second[24..32]);
        Enumerable.Range(0, 7).SelectMany(index => batcher.BatchInOrder(index).Rows).ShouldBe(Enumerable.Range(0, 50));
    }

    [Fact]
    public void Pairs_of_like_length_share_a_batch_and_the_smaller_batch_stays_last()
    {
        // Pair r has r + 3 tokens in all; any order of 50 pairs cut in eights has batches whose lengths span far more than 8.
        using var rows = PreferenceRows.FromMemory(Enumerable.Range(0, 50).Select(row => (new[] { 1 }, Enumerable.Repeat(5, row + 2).ToArray(), new[] { 4, 2 })));
        var batcher = new PreferenceBatcher(rows, batchSize: 8, accumulationSteps: 1, seed: 1);
        var batches = Enumerable.Range(0, 7).Select(index => batcher.Batch(0, index).Rows).ToList();
        batches.ShouldAllBe(batch => batch.Max() - batch.Min() < 8);
        batches.Select(batch => batch.Length).ShouldBe([8, 8, 8, 8, 8, 8, 2]);
        batches.Take(6).Select(batch => batch.Min()).ShouldNotBe([0, 8, 16, 24, 32, 40]);
    }

    [Fact]
    public void Pairs_in_order_come_shortest_first()
    {
        using var rows = PreferenceRows.FromMemory([([1], [5, 5, 5], [4, 2]), ([1], [5, 2], [4, 2]), ([1], [6, 2], [4, 2])]);
        new PreferenceBatcher(rows, batchSize: 3, accumulationSteps: 1, seed: 0).BatchInOrder(0).Rows.ShouldBe([1, 2, 0]);
    }
}
