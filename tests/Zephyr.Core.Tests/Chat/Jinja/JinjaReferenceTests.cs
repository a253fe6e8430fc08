using System.Text;
using System.Text.Json;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat.Jinja;

/// <summary>Small templates beside what Jinja itself gives; made by <c>tests/reference/make_jinja_references.py</c>.</summary>
public sealed class JinjaReferenceTests
{
    private static readonly RenderOptions s_python = new() { Containers = ContainerText.Python };

    [Fact]
    public void Small_templates_give_what_Jinja_gives_and_fail_where_it_fails()
    {
        using var references = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "references", "jinja.json")));
        var variables = references.RootElement.GetProperty("variables");
        var differences = new StringBuilder();
        foreach (var item in references.RootElement.GetProperty("cases").EnumerateArray())
        {
            var template = item.GetProperty("template").GetString()!;
            var expected = item.TryGetProperty("text", out var text) ? text.GetString() : null;
            if (Render(template, variables) is var (given, fault) && given != expected)
            {
                differences.AppendLine($"{template}\n  Jinja: {expected ?? "fails"}\n  here:  {given ?? fault}");
            }
        }

        differences.ToString().ShouldBeEmpty();
    }

    private static (string? Text, string? Fault) Render(string template, JsonElement variables)
    {
        try
        {
            return (JinjaTemplate.Parse("t.jinja", template).Render(variables, s_python), null);
        }
        catch (ChatTemplateException fault)
        {
            fault.Message.ShouldStartWith($"t.jinja:{fault.Position}: ");
            return (null, fault.Message);
        }
    }
}
