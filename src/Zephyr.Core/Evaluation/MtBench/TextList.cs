using Zephyr.Core.Json;

namespace Zephyr.Core.Evaluation.MtBench;

/// <summary>Reads a list of texts.</summary>
internal static class TextList
{
    /// <summary>The texts of the list that the cursor is at.</summary>
    public static List<string> Read(ref JsonCursor cursor, string what)
    {
        cursor.BeginArray(what);
        var texts = new List<string>();
        while (cursor.NextItem())
        {
            texts.Add(cursor.String($"an item of {what}"));
        }

        return texts;
    }
}
