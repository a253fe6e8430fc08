using System.CommandLine;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr logits</c>: logits of every position, as JSON.</summary>
public static class LogitsCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("logits", "Print the logits of every position as JSON, float32.");
        var model = new ModelArguments();
        model.AddTo(command);
        var ids = new Option<string>("--ids") { Description = "token ids: 1,2,3", Required = true, HelpName = "1,2,3" };
        var json = new Option<bool>("--json") { Description = "the output is JSON with and without it" };
        ids.Validators.Add(result =>
        {
            var text = result.GetValue(ids) ?? "";
            if (text.Split(',').Any(part => !int.TryParse(part, out _)))
            {
                result.AddError($"--ids must be whole numbers with commas between them (is {text})");
            }
        });
        command.Options.Add(ids);
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var given = parsed.GetRequiredValue(ids).Split(',').Select(int.Parse).ToArray();
            using var decoder = model.Load(parsed, environment);
            environment.Out.WriteLine(JsonOutput.Line(new JsonObject
            {
                ["ids"] = new JsonArray([.. given.Select(id => (JsonNode?)id)]),
                ["logits"] = new JsonArray([.. decoder.Logits(given).Select(row => new JsonArray([.. row.Select(value => (JsonNode?)value)]))]),
            }));
            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
