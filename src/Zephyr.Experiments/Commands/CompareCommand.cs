using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Experiments.Running;
using Zephyr.Experiments.Store;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr compare</c>: settings and figures of runs or experiments side by side.</summary>
public static class CompareCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("compare", "Show settings that differ and all figures of runs side by side.");
        var runs = new Argument<string[]>("run") { Description = "names of experiments that ran, or run ids (or their first digits)", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Arguments.Add(runs);
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var store = environment.OpenStore();
            var columns = parsed.GetRequiredValue(runs).Select(run => (Run: run, Stages: RunRecord.Find(store, run).Stages)).ToList();
            var settings = columns.Select(column => Settings(column.Stages)).ToList();
            var metrics = columns.Select(column => Metrics(column.Stages)).ToList();
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["runs"] = new JsonArray([.. columns.Select((column, i) => new JsonObject
                    {
                        ["run"] = column.Run,
                        ["parameters"] = new JsonObject(settings[i].Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                        ["metrics"] = new JsonObject(metrics[i].Select(pair => KeyValuePair.Create(pair.Key, StageManifest.Number(pair.Value)))),
                    })]),
                });
                return Task.FromResult(ZephyrCommandLine.Success);
            }

            var names = columns.Select(column => column.Run).Prepend("").ToArray();
            new TextTable(names)
                .AddRange(Rows(settings, value => value).Where(row => row.Skip(1).Distinct(StringComparer.Ordinal).Count() > 1))
                .AddRange(Rows(metrics, value => value.ToString("G6")))
                .Write(environment.Out);
            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static SortedDictionary<string, string> Settings(IReadOnlyList<StageManifest> stages)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in stages.SelectMany(stage => stage.Key.Settings))
        {
            settings[setting.Key] = setting.Value;
        }

        return settings;
    }

    private static SortedDictionary<string, double> Metrics(IReadOnlyList<StageManifest> stages) => new(stages
        .SelectMany(stage => stage.Metrics, (stage, metric) => (Key: $"{stage.Key.Stage}.{metric.Key}", metric.Value))
        .GroupBy(entry => entry.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal), StringComparer.Ordinal);

    private static IEnumerable<string[]> Rows<T>(List<SortedDictionary<string, T>> columns, Func<T, string> text) =>
        columns.SelectMany(column => column.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => columns.Select(column => column.TryGetValue(key, out var value) ? text(value) : "-").Prepend(key).ToArray());
}
