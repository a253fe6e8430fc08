using System.Diagnostics;
using System.Text.Json;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Core.Tests.Chat.Jinja;

public sealed class JinjaTemplateTests
{
    private static readonly JsonElement s_nothing = JsonDocument.Parse("{}").RootElement;

    [Theory]
    [InlineData("a\n{{ x.y }}", 2, 5, "'x' is undefined")]
    [InlineData("{{ 1 +", 1, 1, "not closed")]
    [InlineData("{% for a in b %}\n  {{ a }}", 2, 10, "endfor")]
    [InlineData("{{ 'é' }}\n\n {% nope %}", 3, 5, "'nope'")]
    [InlineData("{{ 1 | nope }}", 1, 8, "'nope'")]
    [InlineData("{% if 1 is nope %}{% endif %}", 1, 9, "'nope'")]
    [InlineData("{{ [].append(1) }}", 1, 6, "cannot")]
    [InlineData("\n\n{% include 'a' %}", 3, 4, "'include'")]
    public void A_fault_names_line_and_column_and_what_is_wrong(string template, int line, int column, string part)
    {
        var fault = Should.Throw<ChatTemplateException>(() => JinjaTemplate.Parse("a.jinja", template).Render(s_nothing));
        (fault.Position.Line, fault.Position.Column).ShouldBe((line, column));
        fault.Message.ShouldStartWith($"a.jinja:{line}:{column}: ");
        fault.Message.ShouldContain(part);
        fault.IsRefusal.ShouldBeFalse();
    }

    [Fact]
    public void A_template_that_refuses_its_messages_says_so()
    {
        var fault = Should.Throw<ChatTemplateException>(() => JinjaTemplate.Parse("t", "{{ raise_exception('roles must alternate') }}").Render(s_nothing));
        fault.IsRefusal.ShouldBeTrue();
        fault.Message.ShouldContain("roles must alternate");
    }

    [Theory]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='aaaaaaaa') %}{% for a in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for a in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}")]
    [InlineData("{{ 'a' * 999999999999 }}")]
    [InlineData("{{ [1] * 999999999 }}")]
    [InlineData("{{ 2 ** 99999999 }}")]
    [InlineData("{{ range(999999999) }}")]
    [InlineData("{{ 'a'|center(999999999) }}")]
    [InlineData("{{ [1]|tojson(indent=999999999) }}")]
    [InlineData("{{ 'a\nb'|indent(999999999) }}")]
    [InlineData("{{ 'a'.ljust(999999999) }}")]
    public void A_template_cannot_use_up_more_than_its_limits(string template)
    {
        var started = Stopwatch.GetTimestamp();
        Should.Throw<ChatTemplateException>(() => JinjaTemplate.Parse("t", template).Render(s_nothing));
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(5), "a second alone, more on a busy machine; hours without the limits");
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    public void A_template_nested_without_end_is_refused(string opening, string closing)
    {
        var inside = string.Concat(Enumerable.Repeat(opening, 50_000)) + "1" + string.Concat(Enumerable.Repeat(closing, 50_000));
        Should.Throw<ChatTemplateException>(() => JinjaTemplate.Parse("t", $"{{{{ {inside} }}}}")).Message.ShouldContain("deep");
        Should.Throw<ChatTemplateException>(() => JinjaTemplate.Parse("t", string.Concat(Enumerable.Repeat("{% if 1 %}", 50_000)))).Message.ShouldContain("deep");
    }

    [Fact]
    public void The_date_of_today_is_the_one_that_is_stated()
    {
        var template = JinjaTemplate.Parse("t", "{{ strftime_now('%d %B %Y|%Y-%m-%d|%b %-d|%A %H:%M:%S %j%%') }}");
        template.Render(s_nothing, new RenderOptions { Now = new DateTime(2024, 7, 6, 8, 5, 9) })
            .ShouldBe("06 July 2024|2024-07-06|Jul 6|Saturday 08:05:09 188%");
        Should.Throw<ChatTemplateException>(() => template.Render(s_nothing)).Message.ShouldContain("no date is stated");
    }

    [Fact]
    public void Lists_and_dicts_are_written_as_JSON_or_as_Python_writes_them()
    {
        var template = JinjaTemplate.Parse("t", "{{ {'a': [1, none, true, \"it's\"]} }}");
        template.Render(s_nothing).ShouldBe("""{"a": [1, null, true, "it's"]}""");
        template.Render(s_nothing, new RenderOptions { Containers = ContainerText.Python }).ShouldBe("""{'a': [1, None, True, "it's"]}""");
    }

    [Fact]
    public void Variables_that_are_no_object_or_hold_half_a_character_are_refused()
    {
        using var list = JsonDocument.Parse("[]");
        using var half = JsonDocument.Parse("""{"a": "\ud800"}""");
        var template = JinjaTemplate.Parse("t", "{{ a }}");
        Should.Throw<ZephyrException>(() => template.Render(list.RootElement)).Message.ShouldContain("object");
        Should.Throw<ZephyrException>(() => template.Render(half.RootElement)).Message.ShouldContain("surrogate");
    }
}
