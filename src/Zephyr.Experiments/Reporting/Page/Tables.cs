using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Page;

/// <summary>Tables and sections as all parts of the page have them.</summary>
internal static class Tables
{
    /// <summary>A section with a heading that can be linked to.</summary>
    /// <param name="id">Its anchor.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="content">What is in it.</param>
    /// <returns>The section.</returns>
    public static XElement Section(string id, string title, params object?[] content) =>
        E("section", A("id", id), E("h2", title), content);

    /// <summary>A table that scrolls in its own box when the page is narrow.</summary>
    /// <param name="heads">Headings of the columns.</param>
    /// <param name="rows">Rows of cells: the first of each is the row's heading.</param>
    /// <param name="texts">Columns, counted from 0, that hold text and not figures.</param>
    /// <returns>The table in its box, which the keyboard can scroll too.</returns>
    public static XElement Of(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<object?>> rows, params int[] texts) => E("div.scroll", A("tabindex", "0"),
        E("table",
            E("thead", E("tr", heads.Select((head, i) => E(texts.Contains(i) ? "th.text" : "th", A("scope", "col"), head)))),
            E("tbody", rows.Select(row => E("tr",
                E("th", A("scope", "row"), row[0]),
                row.Skip(1).Select((cell, i) => E(texts.Contains(i + 1) ? "td.text" : "td", cell)))))));
}
