using System.Diagnostics;
using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>Speed of a tokenizer.</summary>
/// <param name="Bytes">Bytes of UTF-8 that were encoded in one pass.</param>
/// <param name="Tokens">Tokens that came out of one pass.</param>
/// <param name="Seconds">Time of the fastest pass.</param>
public sealed record TokenizerSpeed(long Bytes, long Tokens, double Seconds)
{
    /// <summary>Millions of bytes a second.</summary>
    public double MegabytesPerSecond => Bytes / Seconds / 1e6;
}

/// <summary>Measures encoding speed; its figures are shown and never enter a result.</summary>
public static class TokenizerBenchmark
{
    private const int Passes = 5;
    private const int CharactersAtOnce = 1 << 16;

    /// <summary>Encodes a text file several times, in parts of 65,536 characters.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="file">A UTF-8 text file; small ones are repeated up to 8 MB.</param>
    /// <param name="threads">How many threads work at once; 1 is the calling thread alone.</param>
    /// <returns>The figures of the fastest pass.</returns>
    /// <exception cref="ZephyrException">The file is empty or cannot be read.</exception>
    public static TokenizerSpeed Run(Tokenizer tokenizer, string file, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ZephyrException($"{file}: the text cannot be read: {exception.Message}", exception);
        }

        return text.Length > 0 ? Run(tokenizer, [text], threads) : throw new ZephyrException($"{file}: the file is empty; give a text to encode");
    }

    /// <summary>As <see cref="Run(Tokenizer, string, int)"/>, on texts in memory; each starts a call of its own.</summary>
    public static TokenizerSpeed Run(Tokenizer tokenizer, IReadOnlyList<string> texts, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        var parts = texts.SelectMany(text => text.Chunk(CharactersAtOnce)).Select(part => new string(part)).ToList();
        var bytesOnce = parts.Sum(part => (long)Encoding.UTF8.GetByteCount(part));
        var rounds = (int)Math.Max(1, 8_000_000 / Math.Max(1, bytesOnce));
        var fastest = TimeSpan.MaxValue;
        var tokens = 0L;
        for (var pass = 0; pass < Passes; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            tokens = threads == 1 ? Pass(tokenizer, parts, rounds) : Pass(tokenizer, parts, rounds, threads);
            var elapsed = Stopwatch.GetElapsedTime(start);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        return new TokenizerSpeed(bytesOnce * rounds, tokens, fastest.TotalSeconds);
    }

    private static long Pass(Tokenizer tokenizer, List<string> parts, int rounds)
    {
        var ids = new List<int>();
        var tokens = 0L;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var part in parts)
            {
                ids.Clear();
                tokenizer.AppendPlain(part, TextPlace.Start, ids);
                tokens += ids.Count;
            }
        }

        return tokens;
    }

    private static long Pass(Tokenizer tokenizer, List<string> parts, int rounds, int threads)
    {
        var texts = Enumerable.Repeat(parts, rounds).SelectMany(part => part).ToList();
        return tokenizer.EncodeBatch(texts, addSpecial: false, threads).Sum(ids => (long)ids.Length);
    }
}
