using System.Diagnostics;
using System.Text;

namespace Zephyr.Core.Tokenizers;

/// <summary>Speed of a tokenizer on one core.</summary>
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

    /// <summary>Encodes a text file several times, 65,536 characters a call, on the calling thread.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="file">A UTF-8 text file; small ones are repeated up to 8 MB.</param>
    /// <returns>The figures of the fastest pass.</returns>
    /// <exception cref="ZephyrException">The file is empty or cannot be read.</exception>
    public static TokenizerSpeed Run(Tokenizer tokenizer, string file)
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

        return text.Length > 0 ? Run(tokenizer, [text]) : throw new ZephyrException($"{file}: the file is empty; give a text to encode");
    }

    /// <summary>As <see cref="Run(Tokenizer, string)"/>, on texts in memory; each starts a call of its own.</summary>
    public static TokenizerSpeed Run(Tokenizer tokenizer, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        var parts = texts.SelectMany(text => text.Chunk(CharactersAtOnce)).Select(part => new string(part)).ToList();
        var bytesOnce = parts.Sum(part => (long)Encoding.UTF8.GetByteCount(part));
        var rounds = (int)Math.Max(1, 8_000_000 / Math.Max(1, bytesOnce));
        var ids = new List<int>();
        var fastest = TimeSpan.MaxValue;
        var tokens = 0L;
        for (var pass = 0; pass < Passes; pass++)
        {
            tokens = 0;
            var start = Stopwatch.GetTimestamp();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var part in parts)
                {
                    ids.Clear();
                    tokenizer.AppendPlain(part, TextPlace.Start, ids);
                    tokens += ids.Count;
                }
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        return new TokenizerSpeed(bytesOnce * rounds, tokens, fastest.TotalSeconds);
    }
}
