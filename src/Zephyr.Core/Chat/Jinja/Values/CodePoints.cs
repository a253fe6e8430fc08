namespace Zephyr.Core.Chat.Jinja.Values;

/// <summary>Counts and cuts texts by code points, as Python does; .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>Number of code points.</summary>
    public static int Count(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            count -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Offsets of the code points, and the length of the text last; null when code points and units are the same.</summary>
    public static int[]? Offsets(string text)
    {
        var count = Count(text);
        if (count == text.Length)
        {
            return null;
        }

        var offsets = new int[count + 1];
        var place = 0;
        for (var i = 0; i < text.Length; i++)
        {
            offsets[place++] = i;
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                i++;
            }
        }

        offsets[place] = text.Length;
        return offsets;
    }

    /// <summary>The code points of a text, each a text with its origin.</summary>
    public static IReadOnlyList<JinjaValue> Split(JinjaString text)
    {
        var offsets = Offsets(text.Text);
        var items = new JinjaValue[offsets is null ? text.Text.Length : offsets.Length - 1];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = offsets is null ? text.Part(i, i + 1) : text.Part(offsets[i], offsets[i + 1]);
        }

        return items;
    }
}
