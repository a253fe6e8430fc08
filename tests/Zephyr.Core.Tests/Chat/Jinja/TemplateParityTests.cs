using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat.Jinja;

/// <summary>
/// Generated conversations in the templates of real models, and generated small programs, beside what Jinja itself gives in transformers'
/// environment. The file is made by tests/reference/make_template_parity.py, which also makes larger ones for a search (ZEPHYR_TEMPLATE_PARITY).
/// </summary>
public sealed class TemplateParityTests
{
    private const int Shown = 60;

    [Fact]
    public void Conversations_in_real_templates_give_what_Jinja_gives_or_are_refused_as_there()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder("templates/cases.json")));
        var templates = cases.RootElement.EnumerateArray().ToDictionary(static item => item.GetProperty("name").GetString()!, static item => item.GetProperty("chat_template").GetString()!);
        Compare("name", (line, _) => (templates[line.GetProperty("name").GetString()!], line.GetProperty("variables"))).ShouldBeGreaterThanOrEqualTo(1000);
    }

    [Fact]
    public void Small_programs_give_what_Jinja_gives_or_are_refused_as_there() =>
        Compare("template", static (line, variables) => (line.GetProperty("template").GetString()!, variables)).ShouldBeGreaterThanOrEqualTo(5000);

    private static int Compare(string kind, Func<JsonElement, JsonElement, (string Template, JsonElement Variables)> read)
    {
        var shown = new StringBuilder();
        var (count, differing) = (0, 0);
        var lines = ReferenceLines.Read("template-parity.jsonl.gz", "ZEPHYR_TEMPLATE_PARITY").ToList();
        var now = DateTime.Parse(lines[0].GetProperty("now").GetString()!, CultureInfo.InvariantCulture);
        var options = new RenderOptions { Containers = ContainerText.Python, Now = now };
        foreach (var line in lines.Skip(1).Where(line => line.TryGetProperty(kind, out _)))
        {
            var (template, variables) = read(line, lines[0].GetProperty("variables"));
            var (text, fault) = Render(template, variables, options);
            count++;
            if (!Agrees(line, text) && differing++ < Shown)
            {
                shown.AppendLine($"{line.GetProperty(kind)}{(kind == "name" ? " " + variables.GetRawText() : "")}\n  Jinja: {Told(line)}\n  here:  {text ?? fault}");
            }
        }

        shown.ToString().ShouldBeEmpty($"{differing} of {count} differ");
        return count;
    }

    private static bool Agrees(JsonElement line, string? text)
    {
        if (line.TryGetProperty("fails", out _) || text is null)
        {
            return line.TryGetProperty("fails", out _) && text is null;
        }

        return line.TryGetProperty("text", out var expected)
            ? string.Equals(expected.GetString(), text, StringComparison.Ordinal)
            : line.GetProperty("sha256").GetString() == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Told(JsonElement line) => line.TryGetProperty("text", out var text) ? text.GetString()!
        : line.TryGetProperty("fails", out var fault) ? $"fails: {fault}" : $"a text of {line.GetProperty("length")} characters";

    private static (string? Text, string? Fault) Render(string template, JsonElement variables, RenderOptions options)
    {
        try
        {
            return (JinjaTemplate.Parse("t.jinja", template).Render(variables, options), null);
        }
        catch (ChatTemplateException fault)
        {
            return (null, fault.Message);
        }
    }
}
