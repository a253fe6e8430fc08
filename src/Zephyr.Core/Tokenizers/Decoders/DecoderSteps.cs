using System.Text;
using Zephyr.Core.Tokenizers.Normalizers;

namespace Zephyr.Core.Tokenizers.Decoders;

/// <summary>Replaces what a pattern finds (<c>Replace</c>).</summary>
/// <param name="replacement">The pattern and what stands in its place.</param>
internal sealed class ReplaceStep(ReplaceNormalizer replacement) : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation) =>
        [.. texts.Select(text => replacement.Replace(text).ToString())];
}

/// <summary>Turns runs of byte pieces into text (<c>ByteFallback</c>).</summary>
internal sealed class ByteFallbackStep : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation)
    {
        var result = new List<string>(texts.Count);
        var bytes = new List<byte>();
        foreach (var text in texts)
        {
            if (BytePiece.ValueOf(text) is >= 0 and var value)
            {
                bytes.Add((byte)value);
                continue;
            }

            Close(bytes, result);
            result.Add(text);
        }

        Close(bytes, result);
        return result;
    }

    private static void Close(List<byte> bytes, List<string> result)
    {
        if (bytes.Count > 0)
        {
            var run = new StringBuilder();
            BytePiece.AppendRun(bytes, run);
            result.Add(run.ToString());
        }
    }
}

/// <summary>Joins everything (<c>Fuse</c>).</summary>
internal sealed class FuseStep : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation) => [string.Concat(texts)];
}

/// <summary>Takes a character away at the ends of each text (<c>Strip</c>).</summary>
/// <param name="character">The character.</param>
/// <param name="atStart">How often at the start, at most.</param>
/// <param name="atEnd">How often at the end, at most.</param>
internal sealed class StripStep(char character, int atStart, int atEnd) : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation) =>
        [.. texts.Select((text, index) => Strip(text, continuation && index == 0))];

    private string Strip(string text, bool keepsStart)
    {
        var (start, end) = (0, text.Length);
        while (!keepsStart && start < atStart && start < end && text[start] == character)
        {
            start++;
        }

        while (text.Length - end < atEnd && end > start && text[end - 1] == character)
        {
            end--;
        }

        return text[start..end];
    }
}

/// <summary>Turns marks into spaces, save those of the first piece where one was put in (<c>Metaspace</c>).</summary>
/// <param name="mark">The mark.</param>
/// <param name="putIn">Whether encoding puts a mark before the text.</param>
internal sealed class MetaspaceStep(char mark, bool putIn) : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation) => [.. texts.Select((text, index) =>
        index == 0 && putIn && !continuation ? text.Replace(mark.ToString(), "", StringComparison.Ordinal) : text.Replace(mark, ' '))];
}

/// <summary>Turns byte characters into the text that their bytes are (<c>ByteLevel</c> within a sequence).</summary>
internal sealed class ByteLevelStep : IDecoderStep
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Decode(IReadOnlyList<string> texts, bool continuation) =>
        [Encoding.UTF8.GetString([.. texts.SelectMany(ByteLevelDecoder.Bytes)])];
}
