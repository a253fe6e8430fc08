using System.Text;

namespace Zephyr.Core.World;

/// <summary>Writes items in the list forms a prompt can ask for.</summary>
internal static class ListForms
{
    /// <summary>The items in the given form.</summary>
    internal static string Write(AnswerFormat format, IReadOnlyList<string> items) => format switch
    {
        AnswerFormat.CommaList => string.Join(", ", items),
        AnswerFormat.SemicolonList => string.Join("; ", items),
        AnswerFormat.JsonList => "[" + string.Join(", ", items.Select(item => "\"" + item + "\"")) + "]",
        AnswerFormat.NumberedList => Lines(items, i => $"{i + 1}. "),
        AnswerFormat.DashList => Lines(items, _ => "- "),
        _ => string.Join(' ', items),
    };

    private static string Lines(IReadOnlyList<string> items, Func<int, string> mark)
    {
        var text = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : "\n").Append(mark(i)).Append(items[i]);
        }

        return text.ToString();
    }
}
