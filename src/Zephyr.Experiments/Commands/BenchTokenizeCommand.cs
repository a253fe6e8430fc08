using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Zephyr.Core;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench tokenize</c>: how fast one core tokenizes a text file.</summary>
public static class BenchTokenizeCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("tokenize", "Tokenize a file line by line on one core, in megabytes (1e6 bytes) a second.");
        var source = new Option<string>("--tokenizer") { Description = "a tokenizer.json or its folder", Required = true, HelpName = "DIR|FILE" };
        var file = new Option<string>("--file") { Description = "a UTF-8 text file", Required = true, HelpName = "FILE" };
        var repeat = new Option<int>("--repeat") { Description = "passes over the file; the fastest counts", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(source);
        command.Options.Add(file);
        command.Options.Add(repeat);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = Tokenizer.Load(Path.GetFullPath(parsed.GetRequiredValue(source), environment.CurrentFolder));
            var path = Path.GetFullPath(parsed.GetRequiredValue(file), environment.CurrentFolder);
            if (!File.Exists(path))
            {
                throw new ZephyrException($"There is no file {path}.");
            }

            var lines = File.ReadAllLines(path);
            var bytes = lines.Sum(line => (long)Encoding.UTF8.GetByteCount(line) + 1);
            var best = double.PositiveInfinity;
            long tokens = 0;
            for (var pass = 0; pass < Math.Max(1, parsed.GetValue(repeat)); pass++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var watch = Stopwatch.StartNew();
                tokens = lines.Sum(line => (long)tokenizer.Encode(line, addSpecial: false).Length);
                best = Math.Min(best, watch.Elapsed.TotalSeconds);
            }

            var rate = bytes / best / 1e6;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["megabytes_per_second"] = rate, ["tokens"] = tokens });
            }
            else
            {
                environment.Out.WriteLine($"{rate:0.0} MB/s, {tokens} tokens");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
