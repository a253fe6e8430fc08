using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Core.Randomness;

/// <summary>
/// Random numbers that depend on a seed and a stream name alone: the same on every platform, and independent between streams,
/// so that taking one more number in one place changes nothing elsewhere. Built on Philox4x32-10. Not safe for use from several threads at once.
/// </summary>
public sealed class SeededRandom
{
    private readonly (uint, uint) _key;
    private readonly uint _stream0;
    private readonly uint _stream1;
    private ulong _block;
    private ulong _pending;
    private bool _hasPending;
    private double _pendingNormal;
    private bool _hasPendingNormal;

    /// <summary>Starts a stream at its first number.</summary>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="stream">What the numbers are for, such as <c>"dsft/order/3"</c>; streams of different names are independent.</param>
    public SeededRandom(ulong seed, string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(stream), digest);
        _key = ((uint)seed, (uint)(seed >> 32));
        _stream0 = BinaryPrimitives.ReadUInt32LittleEndian(digest);
        _stream1 = BinaryPrimitives.ReadUInt32LittleEndian(digest[4..]);
    }

    /// <summary>The next number, uniform over all 64-bit values.</summary>
    public ulong NextUInt64()
    {
        if (_hasPending)
        {
            _hasPending = false;
            return _pending;
        }

        var (x0, x1, x2, x3) = Philox.Block(((uint)_block, (uint)(_block >> 32), _stream0, _stream1), _key);
        _block++;
        _pending = ((ulong)x3 << 32) | x2;
        _hasPending = true;
        return ((ulong)x1 << 32) | x0;
    }

    /// <summary>The next whole number in [0, <paramref name="maxExclusive"/>), without bias (Lemire 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxExclusive"/> is not positive.</exception>
    public int NextInt(int maxExclusive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxExclusive);
        var bound = (ulong)maxExclusive;
        var high = Math.BigMul(NextUInt64(), bound, out var low);
        if (low < bound)
        {
            var threshold = unchecked(0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), bound, out low);
            }
        }

        return (int)high;
    }

    /// <summary>The next number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of the stream by its place, without moving the stream: what <see cref="NextDouble"/> gives after <paramref name="index"/> other calls.</summary>
    /// <param name="index">How many numbers stand before it.</param>
    public double DoubleAt(ulong index)
    {
        var block = index / 2;
        var (x0, x1, x2, x3) = Philox.Block(((uint)block, (uint)(block >> 32), _stream0, _stream1), _key);
        var word = index % 2 == 0 ? ((ulong)x1 << 32) | x0 : ((ulong)x3 << 32) | x2;
        return (word >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The next number of the standard normal distribution (Marsaglia's polar method).</summary>
    public double NextNormal()
    {
        if (_hasPendingNormal)
        {
            _hasPendingNormal = false;
            return _pendingNormal;
        }

        double u, v, square;
        do
        {
            u = (2 * NextDouble()) - 1;
            v = (2 * NextDouble()) - 1;
            square = (u * u) + (v * v);
        }
        while (square is >= 1 or 0);

        var factor = Math.Sqrt(-2 * Log(square) / square);
        _pendingNormal = v * factor;
        _hasPendingNormal = true;
        return u * factor;
    }

    /// <summary>Puts the items into a uniformly random order, in place (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The numbers 0 to <paramref name="n"/> - 1 in a uniformly random order.</summary>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        var order = new int[n];
        for (var i = 0; i < n; i++)
        {
            order[i] = i;
        }

        Shuffle<int>(order);
        return order;
    }

    /// <summary>
    /// Natural logarithm from additions, multiplications and one division only, which IEEE 754 rounds the same everywhere;
    /// <see cref="Math.Log(double)"/> may differ in the last bit between platforms.
    /// </summary>
    internal static double Log(double x)
    {
        // x = m * 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 atanh(f), f = (m-1)/(m+1), |f| <= 0.172.
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | (1023L << 52));
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }

        var f = (mantissa - 1) / (mantissa + 1);
        var square = f * f;
        var sum = 0.0;
        for (var k = 23; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (2 * f * sum) + (exponent * 0.69314718055994530942);
    }
}
