using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>Keys and values of one layer, <c>[batch, capacity, kvHeads, headDim]</c>; row r is filled up to its own length.</summary>
internal sealed class LayerCache : IDisposable
{
    internal LayerCache(Tensor keys, Tensor values, DecoderCache owner)
    {
        Keys = keys;
        Values = values;
        Owner = owner;
    }

    /// <summary>Keys, after rotary embedding.</summary>
    public Tensor Keys { get; private set; }

    /// <summary>Values.</summary>
    public Tensor Values { get; private set; }

    /// <summary>The cache this layer belongs to.</summary>
    public DecoderCache Owner { get; }

    /// <summary>Writes new keys and values <c>[batch, new, kvHeads, headDim]</c> at the owner's places.</summary>
    public void Append(Tensor keys, Tensor values)
    {
        Write(Keys, keys);
        Write(Values, values);
    }

    /// <summary>Keeps some rows only.</summary>
    /// <param name="rows">Rows to keep, int64.</param>
    public void Select(Tensor rows)
    {
        var (keys, values) = (Keys, Values);
        Keys = keys.index_select(0, rows).DetachFromDisposeScope();
        Values = values.index_select(0, rows).DetachFromDisposeScope();
        keys.Dispose();
        values.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        Values.Dispose();
    }

    // [batch, capacity, kvHeads, headDim] -> [batch * capacity, kvHeads, headDim]; place r * capacity + position takes the new entry.
    private void Write(Tensor cache, Tensor added) => cache.flatten(0, 1).index_copy_(0, Owner.Places!, added.flatten(0, 1));
}
