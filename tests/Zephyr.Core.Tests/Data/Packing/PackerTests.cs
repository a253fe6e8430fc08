using Zephyr.Core.Data;
using Zephyr.Core.Data.Packing;
using Zephyr.Core.Randomness;
using Zephyr.Core.Training;

namespace Zephyr.Core.Tests.Data.Packing;

public sealed class PackerTests
{
    private const int Bos = 1;
    private const int Eos = 2;

    // Two rows of 3 and 4 tokens in a block of 8: the longer first, one place of padding.
    //   ids        1 20 21 2 | 1 10 2 | 0        mask of the rows: 0 0 1 1 and 0 1 1
    //   positions  0  1  2 3 | 0  1 2 | 0
    //   starts     0  0  0 0 | 4  4 4 | 7
    //   labels     - 21  2 - | 10 2 - | -        (shifted; the last token of a document predicts nothing)
    [Fact]
    public void Blocks_restart_positions_and_documents_and_mask_the_first_label_of_each()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, Eos], [0, 1, 1]), ([Bos, 20, 21, Eos], [0, 0, 1, 1])]);
        var packer = new Packer(rows, new DsftOptions { SequenceLength = 8 }, Eos, seed: 1);
        packer.SequenceCount.ShouldBe(1);
        var batch = packer.Batch(0, 0);
        batch.Batch.ShouldBe(1);
        batch.Sequence.ShouldBe(7, "the batch is as long as its longest sequence");
        batch.Ids.ShouldBe([Bos, 20, 21, Eos, Bos, 10, Eos]);
        batch.Positions.ShouldBe([0, 1, 2, 3, 0, 1, 2]);
        batch.DocumentStarts.ShouldBe([0, 0, 0, 0, 4, 4, 4]);
        batch.Labels.ShouldBe([-100, 21, Eos, -100, 10, Eos, -100]);
        batch.TokenCount.ShouldBe(7);
        batch.LabelCount.ShouldBe(4);
    }

    // One row of 12 tokens and its end token, in slices of 4: [1 10 11 12][13 14 15 16][17 18 19 20](2). Only 17 to 20 are the assistant's.
    [Theory]
    [InlineData(LossTokens.Assistant, 1, 2)]
    [InlineData(LossTokens.All, 3, 0)]
    public void Slices_of_the_stream_without_a_label_are_left_out_and_counted(LossTokens loss, int kept, int dropped)
    {
        using var rows = TokenRows.FromMemory([([Bos, .. Enumerable.Range(10, 11)], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])]);
        var packer = new Packer(rows, new DsftOptions { SequenceLength = 4, Packing = PackingMode.Wrapped, LossOn = loss, BatchSize = 1 }, Eos, seed: 1);
        (packer.SequenceCount, packer.DroppedSlices).ShouldBe((kept, dropped));
        Enumerable.Range(0, kept).ShouldAllBe(index => packer.Batch(0, index).LabelCount > 0);
    }

    [Fact]
    public void Padding_is_a_document_of_its_own_without_labels()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, Eos], [0, 1, 1]), ([Bos, 20, 21, 22, Eos], [0, 0, 1, 1, 1])]);
        var options = new DsftOptions { SequenceLength = 8, Packing = PackingMode.None, BatchSize = 2 };
        var batch = new Packer(rows, options, Eos, seed: 1).Batch(0, 0);
        var row = batch.Ids[1] == 10 ? 0 : 5;
        batch.Sequence.ShouldBe(5);
        batch.Ids[row..(row + 5)].ShouldBe([Bos, 10, Eos, 0, 0]);
        batch.Positions[row..(row + 5)].ShouldBe([0, 1, 2, 0, 1]);
        batch.DocumentStarts[row..(row + 5)].ShouldBe([0, 0, 0, 3, 3]);
        batch.Labels[row..(row + 5)].ShouldBe([10, Eos, -100, -100, -100]);
    }

    [Fact]
    public void Padding_is_known_by_position_so_an_end_token_equal_to_the_padding_id_keeps_its_label()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, 0], [0, 1, 1])]);
        new Packer(rows, new DsftOptions { SequenceLength = 4 }, eosId: 0, seed: 1).Batch(0, 0).Labels.ShouldBe([10, 0, -100]);
    }

    [Fact]
    public void Loss_on_all_counts_every_token_but_the_first_of_each_document()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, Eos], [0, 0, 1]), ([Bos, 20, 21, Eos], [0, 0, 0, 1])]);
        var options = new DsftOptions { SequenceLength = 8, LossOn = LossTokens.All };
        new Packer(rows, options, Eos, seed: 1).Batch(0, 0).Labels.ShouldBe([20, 21, Eos, -100, 10, Eos, -100]);
    }

    // Rows 1 10 11 and 1 20 21 make the stream 1 x x 2 1 x x 2 of eight tokens: two slices of 3 and a dropped rest of 2.
    [Fact]
    public void Wrapped_ends_each_row_once_and_drops_the_last_partial_slice()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, 11], [0, 1, 1]), ([Bos, 20, 21], [0, 1, 1])]);
        var options = new DsftOptions { SequenceLength = 3, Packing = PackingMode.Wrapped, BatchSize = 2, LossOn = LossTokens.All };
        var packer = new Packer(rows, options, Eos, seed: 1);
        packer.SequenceCount.ShouldBe(2);
        var batch = packer.BatchInOrder(0);
        var first = batch.Ids[1];
        batch.Ids.ShouldBe([Bos, first, first + 1, Eos, Bos, 30 - first]);
        batch.Positions.ShouldBe([0, 1, 2, 0, 1, 2]);
        batch.DocumentStarts.ShouldAllBe(start => start == 0);
        batch.Labels.ShouldBe([first, first + 1, -100, Bos, 30 - first, -100]);
    }

    [Theory]
    [InlineData(PackingMode.Blocks)]
    [InlineData(PackingMode.None)]
    public void An_epoch_holds_every_row_once(PackingMode packing)
    {
        using var rows = ManyRows(500);
        var packer = new Packer(rows, new DsftOptions { SequenceLength = 64, Packing = packing, BatchSize = 7 }, Eos, seed: 3);
        var seen = new List<int>();
        for (var index = 0; index < packer.BatchesPerEpoch; index++)
        {
            var batch = packer.Batch(1, index);
            for (var i = 0; i < batch.Ids.Length; i++)
            {
                if (batch.Positions[i] == 1 && batch.Ids[i] != 0)
                {
                    seen.Add(batch.Ids[i]);
                }
            }
        }

        seen.Order().ShouldBe(Enumerable.Range(1000, 500));
    }

    [Fact]
    public void Best_fit_leaves_little_padding()
    {
        using var rows = ManyRows(2000);
        var packer = new Packer(rows, new DsftOptions { SequenceLength = 64 }, Eos, seed: 3);
        (rows.TokenCount / (64.0 * packer.SequenceCount)).ShouldBeGreaterThan(0.97);
    }

    [Fact]
    public void A_batch_can_be_asked_for_without_those_before_it()
    {
        using var rows = ManyRows(300);
        var options = new DsftOptions { SequenceLength = 64, BatchSize = 4, AccumulationSteps = 3 };
        var run = new Packer(rows, options, Eos, seed: 3);
        var batches = Enumerable.Range(0, run.BatchesPerEpoch).Select(index => run.Batch(0, index).Ids).ToList();
        run.StepsPerEpoch.ShouldBe((batches.Count + 2) / 3);
        _ = run.Batch(1, 0);
        new Packer(rows, options, Eos, seed: 3).Batch(0, 5).Ids.ShouldBe(batches[5]);
        run.Batch(0, 5).Ids.ShouldBe(batches[5]);
        run.Batch(1, 5).Ids.ShouldNotBe(batches[5], "each epoch has its own order");
        new Packer(rows, options, Eos, seed: 4).Batch(0, 5).Ids.ShouldNotBe(batches[5]);
    }

    [Fact]
    public void Rows_longer_than_a_sequence_are_cut_or_dropped_and_counted()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10, 11, 12, Eos], [0, 1, 1, 1, 1]), ([Bos, 20, 21, 22, 23], [0, 0, 0, 0, 1])]);
        var packer = new Packer(rows, new DsftOptions { SequenceLength = 4 }, Eos, seed: 1);
        (packer.TruncatedRows, packer.DroppedRows).ShouldBe((1, 1));
        packer.Batch(0, 0).Ids.ShouldBe([Bos, 10, 11, 12]);
    }

    [Fact]
    public void No_sequence_at_all_is_an_error_that_says_so()
    {
        using var rows = TokenRows.FromMemory([([Bos, 10], [0, 0])]);
        Should.Throw<ZephyrException>(() => new Packer(rows, new DsftOptions(), Eos, seed: 1)).Message.ShouldContain("no sequence");
    }

    private static TokenRows ManyRows(int count)
    {
        var random = new SeededRandom(7, "test");
        return TokenRows.FromMemory(Enumerable.Range(0, count).Select(row =>
        {
            var ids = new int[3 + random.NextInt(40)];
            ids.AsSpan().Fill(5);
            (ids[0], ids[1], ids[^1]) = (Bos, 1000 + row, Eos);
            var mask = new byte[ids.Length];
            mask[^1] = 1;
            return (ids, mask);
        }));
    }
}
