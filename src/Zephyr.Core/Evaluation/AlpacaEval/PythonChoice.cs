using System.Security.Cryptography;
using System.Text;

namespace Zephyr.Core.Evaluation.AlpacaEval;

/// <summary>
/// The coin that alpaca_eval tosses: <c>random.Random(seed).choices([False, True])</c> of CPython 3 with a text as seed. A text is its bytes with
/// their SHA-512 behind, taken as one large number that starts a Mersenne Twister (Matsumoto and Nishimura 1998); the coin is the highest bit of
/// what comes out first.
/// </summary>
internal static class PythonChoice
{
    private const int Size = 624;
    private const int Shift = 397;

    /// <summary>Tosses the coin.</summary>
    /// <param name="seed">The text.</param>
    public static bool Toss(string seed)
    {
        var text = Encoding.UTF8.GetBytes(seed);
        var state = Start([.. text, .. SHA512.HashData(text)]);

        // The first step of the generator, then its tempering; only the highest bit is needed.
        var mixed = (state[0] & 0x80000000) | (state[1] & 0x7fffffff);
        var next = state[Shift] ^ (mixed >> 1) ^ ((mixed & 1) * 0x9908b0df);
        next ^= next >> 11;
        next ^= (next << 7) & 0x9d2c5680;
        next ^= (next << 15) & 0xefc60000;
        next ^= next >> 18;
        return next >> 31 == 1;
    }

    // init_by_array of the reference implementation, over the number's 32-bit digits from the lowest.
    private static uint[] Start(byte[] number)
    {
        var digits = Digits(number);
        var state = new uint[Size];
        state[0] = 19650218;
        for (var k = 1u; k < Size; k++)
        {
            state[k] = (1812433253 * (state[k - 1] ^ (state[k - 1] >> 30))) + k;
        }

        var (i, j) = (1, 0);
        for (var k = Math.Max(Size, digits.Length); k > 0; k--)
        {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1664525)) + digits[j] + (uint)j;
            i = Next(state, i);
            j = (j + 1) % digits.Length;
        }

        for (var k = Size - 1; k > 0; k--)
        {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1566083941)) - (uint)i;
            i = Next(state, i);
        }

        state[0] = 0x80000000;
        return state;
    }

    private static int Next(uint[] state, int i)
    {
        if (i + 1 < Size)
        {
            return i + 1;
        }

        state[0] = state[Size - 1];
        return 1;
    }

    private static uint[] Digits(byte[] number)
    {
        var start = 0;
        while (start < number.Length - 1 && number[start] == 0)
        {
            start++;
        }

        var length = number.Length - start;
        var digits = new uint[(length + 3) / 4];
        for (var k = 0; k < length; k++)
        {
            digits[k / 4] |= (uint)number[number.Length - 1 - k] << (8 * (k % 4));
        }

        return digits;
    }
}
