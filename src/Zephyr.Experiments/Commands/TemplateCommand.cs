using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Chat;
using Zephyr.Core.Chat.Jinja;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr template</c>: JSON objects with messages, one a line on standard input, to JSON strings.</summary>
public static class TemplateCommand
{
    private static readonly string[] s_times = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, the clock.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command(
            "template",
            "Render conversations by a chat template: JSON objects {messages, ...}, one a line on standard input, to JSON strings. "
            + "Every member of an object is a variable of the template (tools, add_generation_prompt, bos_token, ...).");
        var source = new Option<string>("--template")
        {
            Description = "a Jinja file, a tokenizer_config.json, or a folder with one of them",
            Required = true,
            HelpName = "FILE|DIR",
        };
        var name = new Option<string?>("--name") { Description = "which of several named templates to take", HelpName = "NAME" };
        var prompt = new Option<bool>("--add-generation-prompt") { Description = "end with the header of an answer, where a line does not say otherwise" };
        var now = new Option<string?>("--now")
        {
            Description = "the time that templates write as today's, such as 2025-07-10 or 2025-07-10T12:00:00; without it the clock's",
            HelpName = "TIME",
        };
        var containers = ChoiceOption.Of("--containers", "how lists and dicts are written without tojson: json, or python as transformers does", ContainerText.Json);
        now.Validators.Add(result =>
        {
            if (result.GetValue(now) is { } text && Time(text) is null)
            {
                result.AddError($"--now must be a date or a time such as 2025-07-10T12:00:00 (is {text})");
            }
        });
        foreach (var option in new Option[] { source, name, prompt, now, containers })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var templates = ChatTemplateFile.Read(Path.GetFullPath(parsed.GetRequiredValue(source), environment.CurrentFolder));
            var options = new RenderOptions
            {
                Now = parsed.GetValue(now) is { } text ? Time(text) : environment.Clock.GetLocalNow().DateTime,
                Containers = parsed.GetValue(containers),
            };
            var renderer = new LineRenderer(templates, parsed.GetValue(name), parsed.GetValue(prompt), options);
            foreach (var (document, line) in JsonLines.Read<JsonDocument>(environment.In, "a JSON object with messages", cancellationToken))
            {
                using (document)
                {
                    environment.Out.WriteLine(JsonOutput.Line(JsonValue.Create(renderer.Render(document.RootElement, line))));
                }
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static DateTime? Time(string text) =>
        DateTime.TryParseExact(text, s_times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    /// <summary>Renders lines; each template is read once.</summary>
    private sealed class LineRenderer(ChatTemplateSource source, string? name, bool addGenerationPrompt, RenderOptions options)
    {
        private readonly Dictionary<string, JinjaTemplate> _templates = new(StringComparer.Ordinal);

        public string Render(JsonElement row, int line)
        {
            if (row.ValueKind != JsonValueKind.Object)
            {
                throw new ZephyrException($"<stdin>:{line}:1: must be a JSON object with messages, not {row.ValueKind.ToString().ToLowerInvariant()}.");
            }

            var hasTools = row.TryGetProperty("tools", out var tools) && tools.ValueKind is not (JsonValueKind.Null or JsonValueKind.False);
            var chosen = source.Choose(name, hasTools);
            if (!_templates.TryGetValue(chosen, out var template))
            {
                _templates[chosen] = template = JinjaTemplate.Parse(source.Path, source.Templates[chosen]);
            }

            try
            {
                var standard = new Dictionary<string, object>(StringComparer.Ordinal);
                foreach (var token in source.SpecialTokens)
                {
                    standard[token.Key] = token.Value;
                }

                if (addGenerationPrompt)
                {
                    standard["add_generation_prompt"] = true;
                }

                return template.Render(standard, row, options);
            }
            catch (ZephyrException failure)
            {
                throw new ZephyrException($"<stdin>:{line}:1: {failure.Message}", failure);
            }
        }
    }
}
