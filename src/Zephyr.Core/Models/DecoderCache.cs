using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>
/// Keys and values of every layer for a batch of rows under generation. Each row has its own length, so rows of different prompts
/// stand side by side without seeing padding.
/// </summary>
public sealed class DecoderCache : IDisposable
{
    private readonly List<LayerCache> _layers = [];
    private readonly Device _device;
    private int[] _lengths;

    internal DecoderCache(ModelConfiguration configuration, ScalarType type, Device device, int batch, int capacity)
    {
        _device = device;
        Capacity = capacity;
        _lengths = new int[batch];
        long[] shape = [batch, capacity, configuration.NumKeyValueHeads, configuration.HeadDim];
        for (var layer = 0; layer < configuration.NumHiddenLayers; layer++)
        {
            _layers.Add(new LayerCache(zeros(shape, type, device).DetachFromDisposeScope(), zeros(shape, type, device).DetachFromDisposeScope(), this));
        }
    }

    /// <summary>Tokens a row can hold.</summary>
    public int Capacity { get; }

    /// <summary>Tokens each row holds.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    internal IReadOnlyList<LayerCache> Layers => _layers;

    /// <summary>Where the next tokens go, int64 <c>[batch * new]</c> into <c>[batch * capacity]</c>; set for one forward pass.</summary>
    internal Tensor? Places { get; private set; }

    /// <summary>Tokens each row holds with the new one, int64 <c>[batch]</c>; set for one forward pass.</summary>
    internal Tensor? LengthsTensor { get; private set; }

    /// <summary>Keeps some rows only, when others are done.</summary>
    /// <param name="rows">Rows to keep.</param>
    public void Select(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows.Select(static row => (long)row).ToArray(), [rows.Count], device: _device);
        foreach (var layer in _layers)
        {
            layer.Select(index);
        }

        _lengths = rows.Select(row => _lengths[row]).ToArray();
    }

    /// <summary>Frees the keys and values.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }

    /// <summary>Prepares a forward pass over new tokens of every row.</summary>
    /// <param name="count">New tokens a row, padding included.</param>
    /// <returns>Positions of the new tokens, int64 <c>[batch, count]</c>, owned by the scope.</returns>
    internal Tensor BeginAppend(int count)
    {
        var batch = _lengths.Length;
        var places = new long[batch * count];
        var positions = new long[batch * count];
        for (var row = 0; row < batch; row++)
        {
            for (var i = 0; i < count; i++)
            {
                var position = _lengths[row] + i;
                positions[(row * count) + i] = position;
                places[(row * count) + i] = ((long)row * Capacity) + position;
            }
        }

        Places = tensor(places, [places.Length], device: _device);
        LengthsTensor = tensor(_lengths.Select(length => (long)length + count).ToArray(), [batch], device: _device);
        return tensor(positions, [batch, count], device: _device);
    }

    /// <summary>Ends a forward pass.</summary>
    /// <param name="added">True tokens added to each row; padding behind them is overwritten by what comes next.</param>
    internal void EndAppend(IReadOnlyList<int> added)
    {
        Places = null;
        LengthsTensor = null;
        for (var row = 0; row < _lengths.Length; row++)
        {
            _lengths[row] += added[row];
        }
    }
}
