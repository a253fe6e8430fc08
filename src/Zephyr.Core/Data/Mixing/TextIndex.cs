using System.Buffers;

namespace Zephyr.Core.Data.Mixing;

/// <summary>Finds out whether a text holds any of many others, after normalisation, in one pass whatever their number.</summary>
internal sealed class TextIndex
{
    private readonly SearchValues<string> _texts;

    /// <summary>Builds the index. Texts that are empty after normalisation count for nothing.</summary>
    public TextIndex(IEnumerable<string> texts)
    {
        string[] normalized = [.. texts.Select(NormalizedText.Of).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        Count = normalized.Length;
        _texts = SearchValues.Create(normalized, StringComparison.Ordinal);
    }

    /// <summary>Number of different texts.</summary>
    public int Count { get; }

    /// <summary>Whether a text holds one of them.</summary>
    public bool IsIn(string text) => Count > 0 && NormalizedText.Of(text).AsSpan().ContainsAny(_texts);
}
