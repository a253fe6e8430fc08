using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Zephyr.Experiments.Reporting.Page;

/// <summary>Builds the elements of a report. Texts are escaped when the tree is written, so nothing in them can become markup.</summary>
internal static class HtmlText
{
    /// <summary>An element.</summary>
    /// <param name="name">Its name, after a dot its class: <c>p.note</c>.</param>
    /// <param name="content">Texts, elements, attributes, and lists of these.</param>
    /// <returns>The element; it is never written as self-closing unless HTML says so.</returns>
    public static XElement E(string name, params object?[] content)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var element = dot < 0 ? new XElement(name) : new XElement(name[..dot], new XAttribute("class", name[(dot + 1)..].Replace('.', ' ')));
        foreach (var part in content)
        {
            element.Add(part is string text ? Clean(text) : part);
        }

        if (element.IsEmpty && element.Name.LocalName is not ("meta" or "br" or "input" or "path" or "line" or "rect" or "circle"))
        {
            element.Value = "";
        }

        return element;
    }

    /// <summary>An attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The attribute.</returns>
    public static XAttribute A(string name, string value) => new(name, Clean(value));

    /// <summary>An attribute that is a length, with two decimals at most.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The attribute.</returns>
    public static XAttribute A(string name, double value) => new(name, Length(value));

    /// <summary>A length for a picture: two decimals at most, the same on every machine.</summary>
    /// <param name="value">The length.</param>
    /// <returns>The text.</returns>
    public static string Length(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A figure with four significant digits, for curves of any scale.</summary>
    /// <param name="value">The figure.</param>
    /// <returns>The text; a real minus sign.</returns>
    public static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A figure with a number of decimals.</summary>
    /// <param name="value">The figure.</param>
    /// <param name="decimals">Decimals.</param>
    /// <returns>The text; a real minus sign.</returns>
    public static string Fixed(double value, int decimals = 2) =>
        value.ToString("F" + decimals, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A share as per cent.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <returns>The text.</returns>
    public static string Percent(double share) => Fixed(share * 100, 1) + "%";

    /// <summary>A large number in short: <c>1.77M</c>, <c>7.24B</c>.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The text, with three significant digits at most.</returns>
    public static string Size(long value) => value switch
    {
        >= 1_000_000_000 => (value / 1e9).ToString("G3", CultureInfo.InvariantCulture) + "B",
        >= 1_000_000 => (value / 1e6).ToString("G3", CultureInfo.InvariantCulture) + "M",
        _ => Whole(value),
    };

    /// <summary>A whole number with thin separators.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The text.</returns>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    // A model may write anything; characters that XML cannot hold are shown as the replacement character.
    private static string Clean(string text)
    {
        if (text.All(c => XmlConvert.IsXmlChar(c) && c != '\r'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                clean.Append(text[i]).Append(text[++i]);
            }
            else
            {
                clean.Append(text[i] == '\r' ? '\n' : XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
            }
        }

        return clean.ToString();
    }
}
