using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr bench tokenize</c>: how fast a text file is tokenized.</summary>
public static class BenchTokenizeCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("tokenize", "Tokenize a file, on one core or several, in megabytes (1e6 bytes) a second.");
        var source = new Option<string>("--tokenizer") { Description = "a tokenizer.json, a sentencepiece tokenizer.model, or the folder of either", Required = true, HelpName = "DIR|FILE" };
        var file = new Option<string>("--file") { Description = "a UTF-8 text file", Required = true, HelpName = "FILE" };
        var threads = new Option<int>("--threads") { Description = "threads that work at once", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        command.Options.Add(source);
        command.Options.Add(file);
        command.Options.Add(threads);
        command.Options.Add(json);
        command.SetAction((parsed, _) =>
        {
            var tokenizer = Tokenizer.Load(Path.GetFullPath(parsed.GetRequiredValue(source), environment.CurrentFolder));
            var speed = TokenizerBenchmark.Run(tokenizer, Path.GetFullPath(parsed.GetRequiredValue(file), environment.CurrentFolder), Math.Max(1, parsed.GetValue(threads)));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject { ["megabytes_per_second"] = speed.MegabytesPerSecond, ["tokens"] = speed.Tokens });
            }
            else
            {
                environment.Out.WriteLine($"{speed.MegabytesPerSecond:0.0} MB/s, {speed.Tokens} tokens");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
