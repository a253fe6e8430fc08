using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zephyr.Core;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr detokenize</c>: JSON arrays of ids, one a line on standard input, to JSON strings.</summary>
public static class DetokenizeCommand
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("detokenize", "Turn JSON arrays of ids, one a line on standard input, into JSON strings.");
        var source = new Option<string>("--tokenizer") { Description = "a tokenizer.json, a sentencepiece tokenizer.model, or the folder of either", Required = true, HelpName = "DIR|FILE" };
        var skip = new Option<bool>("--skip-special") { Description = "leave special tokens such as <s> out" };
        command.Options.Add(source);
        command.Options.Add(skip);
        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = Tokenizer.Load(Path.GetFullPath(parsed.GetRequiredValue(source), environment.CurrentFolder));
            foreach (var (ids, line) in JsonLines.Read<int[]>(environment.In, "a JSON array of ids", cancellationToken))
            {
                if (ids.FirstOrDefault(id => id < 0 || id >= tokenizer.VocabSize, -1) is var bad && (bad != -1 || ids.Contains(-1)))
                {
                    throw new ZephyrException($"<stdin>:{line}: {bad} is no id of this tokenizer, which has ids 0 to {tokenizer.VocabSize - 1}.");
                }

                environment.Out.WriteLine(JsonSerializer.Serialize(tokenizer.Decode(ids, parsed.GetValue(skip)), s_plain));
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
