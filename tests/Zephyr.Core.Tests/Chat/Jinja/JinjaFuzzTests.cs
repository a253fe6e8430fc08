using System.Diagnostics;
using System.Text.Json;
using Zephyr.Core.Chat.Jinja;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Chat.Jinja;

/// <summary>Damaged templates: only the documented exception, in bounded time and memory.</summary>
public sealed class JinjaFuzzTests
{
    private static readonly TemplateLimits s_tight = new() { Steps = 20_000, TextLength = 1 << 16, RangeLength = 1000 };

    private static readonly string[] s_parts =
    [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", "|", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", ".", ",", ":", "~", "=", "==", "*", "**", "//", "%", "-", "+",
        " if ", " else ", " for x in messages ", " in ", " not ", " is ", " and ", "{% for x in range(999) %}", "{% endfor %}", "{% if x %}", "{% endif %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}", "{% generation %}", "{% endgeneration %}", "{% break %}", "{% raw %}", "{% call f() %}", "|tojson(indent=999)", "|string", "|list", "|join", "|sort", "|map('upper')",
        "|indent(99999999)", "|batch(3)", "|center(99999999)", "[::-1]", "[1:2:3]", ".split('a')", ".replace('', 'xx')", ".items()", ".get('role')", "messages", "loop.index", "99999999999", "1e308", "0x", "\U0001F600", "\uD800", "\0", "\r\n",
        "x * 999999", "'a' * 60000", "[1] * 9999", "2 ** 9999", "{% set x = x ~ x %}", "*x", "**x", "range(9999999)", "dict(messages)", "strftime_now('%Y')", "raise_exception('no')",
    ];

    [Fact]
    public void Mutated_templates_raise_only_the_documented_exception_within_their_limits()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ZEPHYR_FUZZ_INPUTS"), out var asked) ? asked : 20_000;
        using var references = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "references", "jinja.json")));
        var templates = references.RootElement.GetProperty("cases").EnumerateArray().Select(item => item.GetProperty("template").GetString()!).ToList();
        if (SharedData.Find("templates/cases.json") is { } path)
        {
            using var real = JsonDocument.Parse(File.ReadAllBytes(path));
            templates.AddRange(real.RootElement.EnumerateArray().Select(item => item.GetProperty("chat_template").GetString()!));
        }

        using var document = JsonDocument.Parse("""
            {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U \ud83d\ude00"}, {"role": "assistant", "content": "A"}],
             "l": [3, 1, 2], "w": ["b", "A"], "d": {"one": 1, "two": {"x": [1, null, true, 1.5]}}, "s": " a b ", "u": "né", "n": 7, "f": 2.5, "b": true, "no": null,
             "bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": true}
            """);
        var random = new SeededRandom(20231025, "jinja-fuzz");
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            var template = Mutated(templates, random);
            var started = Stopwatch.GetTimestamp();
            try
            {
                JinjaTemplate.Parse("fuzz", template, s_tight).Render(document.RootElement).Length.ShouldBeLessThanOrEqualTo(s_tight.TextLength);
            }
            catch (ChatTemplateException fault)
            {
                fault.Position.Line.ShouldBeGreaterThan(0);
            }
            catch (Exception other)
            {
                throw new InvalidOperationException($"case {i}: {JsonSerializer.Serialize(template)}", other);
            }

            var taken = Stopwatch.GetElapsedTime(started);
            slowest = taken > slowest ? taken : slowest;
        }

        slowest.ShouldBeLessThan(TimeSpan.FromSeconds(20), "one template must not hold up a run");
    }

    private static string Mutated(List<string> templates, SeededRandom random)
    {
        var text = Pick(templates, random);
        for (var edits = random.NextInt(6) + 1; edits > 0; edits--)
        {
            var at = random.NextInt(text.Length + 1);
            var length = random.NextInt(Math.Min(20, text.Length - at + 1));
            text = random.NextInt(5) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, text.Substring(at, length)),
                2 => text[..at] + Tail(Pick(templates, random), random),
                3 => text.Remove(at, length).Insert(at, Pick(s_parts, random)),
                _ => text.Insert(at, Pick(s_parts, random)),
            };
        }

        return text;
    }

    private static string Tail(string text, SeededRandom random) => text[random.NextInt(text.Length + 1)..];

    private static T Pick<T>(IReadOnlyList<T> items, SeededRandom random) => items[random.NextInt(items.Count)];
}
