using TorchSharp;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// Keys and values of every layer in pages of sixteen positions that requests take and give back (Kwon et al. 2023, arXiv 2309.06180).
/// The memory grows in steps, up to a bound; a request with a sliding window takes a ring of pages and no more.
/// </summary>
internal sealed class KeyValuePages : IDisposable
{
    private const int FirstStep = 64;
    private readonly ModelConfiguration _configuration;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly (Tensor? Keys, Tensor? Values)[] _layers;
    private readonly Stack<int> _free = new();

    /// <summary>Makes pages; no memory is taken yet.</summary>
    /// <param name="configuration">Shape of the model.</param>
    /// <param name="type">Type of keys and values.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="maxBytes">Most memory that they may take.</param>
    public KeyValuePages(ModelConfiguration configuration, ScalarType type, Device device, long maxBytes)
    {
        (_configuration, _type, _device) = (configuration, type, device);
        _layers = new (Tensor?, Tensor?)[configuration.NumHiddenLayers];
        BytesPerPage = PageBytes(configuration, type == ScalarType.BFloat16 ? 2 : 4);
        MaxPages = (int)Math.Min(int.MaxValue / 2, maxBytes / BytesPerPage);
    }

    /// <summary>Memory of one page over all layers.</summary>
    public long BytesPerPage { get; }

    /// <summary>Most pages there may be.</summary>
    public int MaxPages { get; }

    /// <summary>Pages there are.</summary>
    public int Count { get; private set; }

    /// <summary>Pages that nobody has.</summary>
    public int Free => _free.Count;

    /// <summary>Pages of one layer: keys <c>[pages, kvHeads, headDim, 16]</c>, values <c>[pages, kvHeads, 16, headDim]</c>.</summary>
    /// <param name="layer">The layer.</param>
    public (Tensor Keys, Tensor Values) this[int layer] => (_layers[layer].Keys!, _layers[layer].Values!);

    /// <summary>Keys and values of every layer, one after the other.</summary>
    public IReadOnlyList<Tensor> Tensors => [.. _layers.SelectMany(layer => new[] { layer.Keys!, layer.Values! })];

    /// <summary>Pages that a number of positions fills.</summary>
    /// <param name="positions">The positions.</param>
    public static int For(long positions) => checked((int)((positions + PagedTokens.PageSize - 1) / PagedTokens.PageSize));

    /// <summary>Pages that a request needs.</summary>
    /// <param name="configuration">Shape of the model.</param>
    /// <param name="tokens">Tokens of its prompt and its answer at most.</param>
    /// <param name="step">Most tokens of a prompt that are read at once.</param>
    public static int Ring(ModelConfiguration configuration, long tokens, int step)
    {
        var pages = For(Math.Min(tokens, configuration.MaxPositionEmbeddings));

        // With a window: what a token sees, what is read beside it in one step, and a page that both ends share.
        return configuration.SlidingWindow is { } window ? (int)Math.Min(pages, For((long)window + step) + 1L) : pages;
    }

    /// <summary>Memory of a page over all layers.</summary>
    /// <param name="configuration">Shape of the model.</param>
    /// <param name="elementSize">Bytes of a key's or value's element.</param>
    public static long PageBytes(ModelConfiguration configuration, int elementSize) =>
        2L * configuration.NumHiddenLayers * configuration.NumKeyValueHeads * configuration.HeadDim * PagedTokens.PageSize * elementSize;

    /// <summary>Takes pages, growing the memory where needed.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The pages; null when there are not as many within the bound.</returns>
    public int[]? TryTake(int count)
    {
        if (count > _free.Count && !Grow(count - _free.Count))
        {
            return null;
        }

        var pages = new int[count];
        for (var i = 0; i < count; i++)
        {
            pages[i] = _free.Pop();
        }

        return pages;
    }

    /// <summary>Gives pages back.</summary>
    /// <param name="pages">Pages that were taken.</param>
    public void Return(int[] pages)
    {
        foreach (var page in pages)
        {
            _free.Push(page);
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys?.Dispose();
            values?.Dispose();
        }
    }

    private bool Grow(int missing)
    {
        if (missing > MaxPages - Count)
        {
            return false;
        }

        // Twice as many each time, so that what is copied over all steps stays in proportion.
        var count = (int)Math.Min(MaxPages, Math.Max(Count + (long)missing, Math.Max(FirstStep, 2L * Count)));
        using var noGrad = no_grad();
        long heads = _configuration.NumKeyValueHeads, width = _configuration.HeadDim;
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            // Layer by layer, so that only one is there twice. Where memory ends on the way, those before are larger than is used, and all go on.
            using var scope = NewDisposeScope();
            var (oldKeys, oldValues) = _layers[layer];
            var keys = Filled(KeyPages(count, heads, width), oldKeys);
            var values = Filled(ValuePages(count, heads, width), oldValues);
            _layers[layer] = (keys.DetachFromDisposeScope(), values.DetachFromDisposeScope());
            oldKeys?.Dispose();
            oldValues?.Dispose();
        }

        for (var page = count - 1; page >= Count; page--)
        {
            _free.Push(page);
        }

        Count = count;
        return true;
    }

    // On the CPU a page's keys lie as the kernel reads them. Elsewhere the shapes are the same and a position's heads lie together in
    // memory: a write by index then goes to one contiguous tensor. Under deterministic algorithms libtorch copies all of any other first.
    private Tensor KeyPages(long count, long heads, long width) => _device.type == DeviceType.CPU
        ? zeros([count, heads, width, PagedTokens.PageSize], _type, _device)
        : zeros([count, PagedTokens.PageSize, heads, width], _type, _device).permute(0, 2, 3, 1);

    private Tensor ValuePages(long count, long heads, long width) => _device.type == DeviceType.CPU
        ? zeros([count, heads, PagedTokens.PageSize, width], _type, _device)
        : zeros([count, PagedTokens.PageSize, heads, width], _type, _device).permute(0, 2, 1, 3);

    private Tensor Filled(Tensor larger, Tensor? old)
    {
        if (Count > 0)
        {
            larger.narrow(0, 0, Count).copy_(old!.narrow(0, 0, Count));
        }

        return larger;
    }
}
