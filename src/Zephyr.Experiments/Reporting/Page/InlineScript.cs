using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Page;

/// <summary>Code or style inside the page, and the hash by which the page's security policy lets this text and no other take effect.</summary>
/// <param name="Element">The element.</param>
/// <param name="Source">The hash as the policy writes it: <c>'sha256-...'</c>.</param>
internal sealed record InlineScript(XElement Element, string Source)
{
    private const string Open = "*/\n";
    private const string Close = "\n/*";

    /// <summary>Puts code into the page.</summary>
    /// <param name="name"><c>script</c> or <c>style</c>.</param>
    /// <param name="code">The program's own code; never anything that an experiment brings along.</param>
    /// <returns>The element.</returns>
    /// <exception cref="InvalidOperationException">The code could end its element early.</exception>
    public static InlineScript Of(string name, string code)
    {
        if (code.Contains("]]>", StringComparison.Ordinal) || code.Contains("</" + name, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"The {name} of the report holds ]]> or </{name}, which would end it early.");
        }

        // Markup means nothing in these elements to HTML, and everything to XML. Between comments a CDATA section suits both, so that tools
        // can read the page as XML.
        var inner = Open + code + Close;
        var text = $"/*<![CDATA[{inner}]]>*/";
        return new InlineScript(
            E(name, new XText("/*"), new XCData(inner), new XText("*/")),
            $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'");
    }
}
