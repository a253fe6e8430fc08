using Zephyr.Core.Models;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Generation;

/// <summary>One step of an engine: one token of every request that generates, and parts of the prompts that are still to be read.</summary>
/// <param name="model">The model.</param>
/// <param name="pages">Keys and values.</param>
/// <param name="promptTokens">Most tokens of prompts read in one step.</param>
internal sealed class GenerationStep(DecoderModel model, KeyValuePages pages, int promptTokens)
{
    private readonly TokenSampler _sampler = new(model.Configuration.VocabSize);
    private readonly List<long> _ids = [];
    private readonly List<long> _requests = [];
    private readonly List<long> _positions = [];
    private readonly List<long> _wanted = [];
    private readonly List<ActiveRequest> _takers = [];
    private float[] _logits = [];

    /// <summary>Runs it.</summary>
    /// <param name="active">The requests.</param>
    /// <returns>Those that are done, or failed: their streams have ended.</returns>
    public IReadOnlyList<ActiveRequest> Run(IReadOnlyList<ActiveRequest> active)
    {
        Collect(active);
        Compute(active);
        var width = model.Configuration.VocabSize;
        var done = new List<ActiveRequest>();
        for (var i = 0; i < _takers.Count; i++)
        {
            try
            {
                if (_takers[i].Take(_logits.AsSpan(i * width, width), _sampler))
                {
                    done.Add(_takers[i]);
                }
            }
            catch (ZephyrException failure)
            {
                _takers[i].Stream.Fail(failure);
                done.Add(_takers[i]);
            }
        }

        return done;
    }

    private void Collect(IReadOnlyList<ActiveRequest> active)
    {
        _ids.Clear();
        _requests.Clear();
        _positions.Clear();
        _wanted.Clear();
        _takers.Clear();
        var budget = promptTokens;
        for (var index = 0; index < active.Count; index++)
        {
            var request = active[index];
            var reads = request.Cached < request.Prompt.Length;
            var count = reads ? Math.Min(request.Known, budget) : 1;
            budget -= reads ? count : 0;
            for (var i = 0; i < count; i++)
            {
                _ids.Add(request[request.Cached]);
                _requests.Add(index);
                _positions.Add(request.Cached++);
            }

            if (count > 0 && request.Known == 0)
            {
                _wanted.Add(_ids.Count - 1);
                _takers.Add(request);
            }
        }
    }

    private void Compute(IReadOnlyList<ActiveRequest> active)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var most = active.Max(static request => request.Ring);
        var tables = new int[active.Count * most];
        for (var i = 0; i < active.Count; i++)
        {
            active[i].Pages.CopyTo(tables, i * most);
        }

        var tokens = new PagedTokens(
            tensor(_requests.ToArray(), [_requests.Count], device: model.Device),
            tensor(_positions.ToArray(), [1, _positions.Count], device: model.Device),
            tensor(tables, [active.Count, most], device: model.Device),
            tensor(active.Select(static request => (long)request.Ring).ToArray(), [active.Count], device: model.Device));
        var wanted = _wanted.Count == 0 ? null : tensor(_wanted.ToArray(), [_wanted.Count], device: model.Device);
        var logits = model.Forward(tensor(_ids.ToArray(), [_ids.Count], device: model.Device), tokens, pages, wanted);
        if (logits is not null)
        {
            var count = checked(_wanted.Count * model.Configuration.VocabSize);
            if (_logits.Length < count)
            {
                _logits = new float[count];
            }

            logits.data<float>().CopyTo(_logits);
        }
    }
}
