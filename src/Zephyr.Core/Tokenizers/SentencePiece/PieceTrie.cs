namespace Zephyr.Core.Tokenizers.SentencePiece;

/// <summary>Finds the pieces that a text starts with: a trie over UTF-8 in one open-addressing hash table.</summary>
internal sealed class PieceTrie
{
    /// <summary>The node before the first byte.</summary>
    public const int Root = 0;

    private const ulong Empty = ulong.MaxValue;
    private readonly List<int> _idOfNode = [-1];
    private ulong[] _keys = Table(1 << 10);
    private int[] _children = new int[1 << 10];
    private int _count;

    /// <summary>Collects the pieces.</summary>
    /// <param name="pieces">Bytes of each piece; the index is the id. Empty ones are left out.</param>
    public PieceTrie(IEnumerable<byte[]> pieces)
    {
        var id = 0;
        foreach (var piece in pieces)
        {
            if (piece.Length > 0)
            {
                Add(piece, id);
            }

            id++;
        }
    }

    /// <summary>The node that one byte leads to, or -1.</summary>
    public int Child(int node, byte value)
    {
        var key = ((ulong)(uint)node << 8) | value;
        var slot = Slot(key);
        while (_keys[slot] != key)
        {
            if (_keys[slot] == Empty)
            {
                return -1;
            }

            slot = (slot + 1) & (_keys.Length - 1);
        }

        return _children[slot];
    }

    /// <summary>Id of the piece that ends at a node, or -1.</summary>
    public int IdAt(int node) => _idOfNode[node];

    private static ulong[] Table(int size)
    {
        var table = new ulong[size];
        table.AsSpan().Fill(Empty);
        return table;
    }

    private void Add(byte[] piece, int id)
    {
        var node = Root;
        foreach (var value in piece)
        {
            var child = Child(node, value);
            if (child < 0)
            {
                child = _idOfNode.Count;
                _idOfNode.Add(-1);
                Insert(((ulong)(uint)node << 8) | value, child);
            }

            node = child;
        }

        _idOfNode[node] = id;
    }

    private void Insert(ulong key, int child)
    {
        if (++_count * 2 > _keys.Length)
        {
            var (keys, children) = (_keys, _children);
            _keys = Table(keys.Length * 2);
            _children = new int[_keys.Length];
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i] != Empty)
                {
                    Place(keys[i], children[i]);
                }
            }
        }

        Place(key, child);
    }

    private void Place(ulong key, int child)
    {
        var slot = Slot(key);
        while (_keys[slot] != Empty)
        {
            slot = (slot + 1) & (_keys.Length - 1);
        }

        _keys[slot] = key;
        _children[slot] = child;
    }

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> 32) & (_keys.Length - 1);
}
