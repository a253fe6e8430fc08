using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Core.Data;
using Zephyr.Experiments.Terminal;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr data</c>: looks into data files, as the tokenize stage reads them.</summary>
public static class DataCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("data", "Look into data files: conversations or preference pairs, by what the first row has.");
        command.Subcommands.Add(Head(environment));
        command.Subcommands.Add(Stats(environment));
        return command;
    }

    private static Command Head(CommandEnvironment environment)
    {
        var command = new Command("head", "Print the first rows as JSON, one a line.");
        var source = new DataArguments(command);
        var count = new Option<int>("--rows") { Description = "how many rows", DefaultValueFactory = _ => 5 };
        command.Options.Add(count);
        command.SetAction((parsed, _) =>
        {
            var (kind, rows) = Read(source.Source(parsed, environment), new DropCounts());
            var first = rows.Take(Math.Max(0, parsed.GetValue(count))).Select(row => row.Json).ToList();
            if (parsed.GetValue(source.Json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["kind"] = kind, ["rows"] = new JsonArray([.. first]) });
            }
            else
            {
                first.ForEach(row => environment.Out.WriteLine(JsonOutput.Line(row)));
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    private static Command Stats(CommandEnvironment environment)
    {
        var command = new Command("stats", "Count rows, messages and characters; rows that cannot be used are counted with their reason.");
        var source = new DataArguments(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var drops = new DropCounts();
            var (kind, rows) = Read(source.Source(parsed, environment), drops);
            long count = 0, messages = 0, characters = 0, longest = 0;
            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                count++;
                messages += row.Messages;
                characters += row.Characters;
                longest = Math.Max(longest, row.Characters);
            }

            var figures = new (string Name, double Value)[]
            {
                ("rows", count),
                ("dropped", drops.Total),
                ("messages", messages),
                ("characters", characters),
                ("mean_characters", count == 0 ? 0 : (double)characters / count),
                ("longest_characters", longest),
            };
            if (parsed.GetValue(source.Json))
            {
                var document = new JsonObject { ["kind"] = kind };
                foreach (var (name, value) in figures)
                {
                    document[name] = value;
                }

                document["drop_reasons"] = new JsonObject(drops.ByName().Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
                JsonOutput.Write(environment.Out, document);
            }
            else
            {
                environment.Out.WriteLine(kind);
                new TextTable("figure", "value").AddRange(figures.Select(figure => new[] { figure.Name, figure.Value.ToString("0.##") }))
                    .AddRange(drops.ByName().Select(pair => new[] { $"dropped: {pair.Key}", $"{pair.Value}" })).Write(environment.Out);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }

    // The readers find the format from the first row. Which kind of rows a file has is what its first row can be read as.
    private static (string Kind, IEnumerable<DataRow> Rows) Read(DataFileOptions source, DropCounts drops) =>
        RowKinds.Of(source) == RowKind.Pairs
            ? ("preferences", PreferenceReader.Read(source, drops).Select(DataRow.Of))
            : ("conversations", ConversationReader.Read(source, drops).Select(DataRow.Of));

    private sealed record DataRow(Func<JsonObject> MakeJson, int Messages, long Characters)
    {
        public JsonObject Json => MakeJson();

        public static DataRow Of(Conversation row) =>
            new(() => new JsonObject { ["messages"] = List(row.Messages) }, row.Messages.Count, row.Messages.Sum(message => (long)message.Content.Length));

        public static DataRow Of(PreferencePair row) => new(
            () => new JsonObject { ["prompt"] = List(row.Prompt), ["chosen"] = row.Chosen, ["rejected"] = row.Rejected },
            row.Prompt.Count + 2,
            row.Prompt.Sum(message => (long)message.Content.Length) + row.Chosen.Length + row.Rejected.Length);

        private static JsonArray List(IEnumerable<ChatMessage> messages) =>
            [.. messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })];
    }
}
