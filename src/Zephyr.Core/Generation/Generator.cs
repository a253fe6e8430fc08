using Zephyr.Core.Models;
using static TorchSharp.torch;

namespace Zephyr.Core.Generation;

/// <summary>
/// Generates completions of many prompts side by side with a key and value cache. What a prompt gets depends on it alone: not on
/// the prompts beside it, their lengths, nor the batch size.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="options">How to generate.</param>
public sealed class Generator(DecoderModel model, GenerationOptions options)
{
    /// <summary>Generates one completion for each prompt.</summary>
    /// <param name="prompts">Token ids of the prompts; each has at least one and leaves room for one more within the model's positions.</param>
    /// <param name="progress">Told the number of prompts done.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>Completions in the order of the prompts.</returns>
    /// <exception cref="ZephyrException">A prompt is empty, too long, or has an id outside the vocabulary.</exception>
    /// <exception cref="OperationCanceledException">Generation was cancelled.</exception>
    public IReadOnlyList<Completion> Generate(
        IReadOnlyList<int[]> prompts, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var positions = model.Configuration.MaxPositionEmbeddings;
        for (var i = 0; i < prompts.Count; i++)
        {
            if (prompts[i].Length == 0 || prompts[i].Length >= positions)
            {
                throw new ZephyrException(
                    $"Prompt {i} (counted from 0) has {prompts[i].Length} tokens; 1 to {positions - 1} fit the model's {positions} positions. Shorten it.");
            }

            foreach (var id in prompts[i])
            {
                model.CheckedId(id);
            }
        }

        // Prompts of like length stand together, so that little of a batch is padding.
        var order = Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Length).ThenBy(static i => i);
        var completions = new Completion[prompts.Count];
        var done = 0;
        using var noGrad = no_grad();
        foreach (var indices in order.Chunk(Math.Max(1, options.BatchSize)))
        {
            GenerateBatch(prompts, indices, completions, cancellationToken);
            done += indices.Length;
            progress?.Report(done);
        }

        return completions;
    }

    private void GenerateBatch(IReadOnlyList<int[]> prompts, int[] indices, Completion[] completions, CancellationToken cancellationToken)
    {
        var rows = indices.Select(index => new Row(index, prompts[index].Length, new TokenPicker(options, index))).ToList();
        var longest = rows.Max(static row => row.PromptLength);
        var capacity = (int)Math.Min((long)longest + options.MaxNewTokens, model.Configuration.MaxPositionEmbeddings);
        using var cache = model.NewCache(rows.Count, capacity);
        Read(rows, Prefill(prompts, rows, longest, cache));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Finish(rows, completions);
            var open = Enumerable.Range(0, rows.Count).Where(i => rows[i].Result is null).ToList();
            if (open.Count == 0)
            {
                return;
            }

            // Rows that are done go along unused until half of the batch is; then the cache closes the gaps.
            if (2 * open.Count <= rows.Count)
            {
                cache.Select(open);
                rows = open.ConvertAll(i => rows[i]);
            }

            Read(rows, Advance(rows, cache));
        }
    }

    private float[] Prefill(IReadOnlyList<int[]> prompts, List<Row> rows, int longest, DecoderCache cache)
    {
        using var scope = NewDisposeScope();
        var ids = new long[rows.Count * longest];
        var lastPlaces = new long[rows.Count];
        for (var r = 0; r < rows.Count; r++)
        {
            var prompt = prompts[rows[r].Index];
            for (var i = 0; i < prompt.Length; i++)
            {
                ids[(r * longest) + i] = prompt[i];
            }

            lastPlaces[r] = ((long)r * longest) + prompt.Length - 1;
        }

        var hidden = model.Forward(tensor(ids, [rows.Count, longest], device: model.Device), rows.ConvertAll(static row => row.PromptLength), cache);

        // [batch, sequence, hidden] -> [batch * sequence, hidden] -> each row's last token, [batch, hidden]
        return model.Logits(hidden.flatten(0, 1).index_select(0, tensor(lastPlaces, [rows.Count], device: model.Device))).data<float>().ToArray();
    }

    private float[] Advance(List<Row> rows, DecoderCache cache)
    {
        using var scope = NewDisposeScope();
        var ids = rows.Select(static row => (long)row.Last).ToArray();

        // A row that is done stays where it is: its token is written over again and again, and never read.
        var added = rows.ConvertAll(static row => row.Result is null ? 1 : 0);
        var hidden = model.Forward(tensor(ids, [rows.Count, 1], device: model.Device), added, cache);
        return model.Logits(hidden.flatten(0, 1)).data<float>().ToArray();
    }

    private void Read(List<Row> rows, float[] logits)
    {
        var width = model.Configuration.VocabSize;
        for (var r = 0; r < rows.Count; r++)
        {
            if (rows[r].Result is null)
            {
                rows[r].Take(rows[r].Picker.Pick(logits.AsSpan(r * width, width)));
            }
        }
    }

    private void Finish(List<Row> rows, Completion[] completions)
    {
        foreach (var row in rows)
        {
            if (row.Result is not null)
            {
                continue;
            }

            var stopped = options.StopIds.Contains(row.Last);
            var full = row.Ids.Count >= options.MaxNewTokens || row.PromptLength + row.Ids.Count >= model.Configuration.MaxPositionEmbeddings;
            if (stopped || full)
            {
                row.Result = new Completion(stopped ? [.. row.Ids.SkipLast(1)] : [.. row.Ids], stopped);
                completions[row.Index] = row.Result;
            }
        }
    }

    private sealed class Row(int index, int promptLength, TokenPicker picker)
    {
        public int Index => index;

        public int PromptLength => promptLength;

        public TokenPicker Picker => picker;

        public List<int> Ids { get; } = [];

        public int Last => Ids[^1];

        public Completion? Result { get; set; }

        public void Take(int id) => Ids.Add(id);
    }
}
