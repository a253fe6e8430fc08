namespace Zephyr.Core.Tokenizers;

/// <summary>
/// Character buffers for the changed texts of one call, kept and reused. What was rented stays valid until <see cref="Used"/> is set back.
/// One scratch serves one thread at a time.
/// </summary>
internal sealed class TextScratch
{
    private readonly List<char[]> _buffers = [];

    /// <summary>Number of buffers in use; setting it back to what it was takes the later ones back.</summary>
    public int Used { get; set; }

    /// <summary>A buffer of at least this many UTF-16 units, with anything in it.</summary>
    public Span<char> Rent(int length)
    {
        if (Used == _buffers.Count)
        {
            _buffers.Add(new char[Math.Max(length, 256)]);
        }
        else if (_buffers[Used].Length < length)
        {
            _buffers[Used] = new char[Math.Max(length, _buffers[Used].Length * 2)];
        }

        return _buffers[Used++];
    }
}
