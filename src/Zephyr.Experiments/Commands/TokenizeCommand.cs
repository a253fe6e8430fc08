using System.CommandLine;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr tokenize</c>: JSON strings, one a line on standard input, to JSON arrays of ids.</summary>
public static class TokenizeCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("tokenize", "Turn JSON strings, one a line on standard input, into JSON arrays of ids.");
        var source = new Option<string>("--tokenizer") { Description = "a tokenizer.json, a sentencepiece tokenizer.model, or the folder of either", Required = true, HelpName = "DIR|FILE" };
        var special = new Option<bool>("--add-special") { Description = "add the tokens the tokenizer puts around a text, such as <s>" };
        command.Options.Add(source);
        command.Options.Add(special);
        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = Tokenizer.Load(Path.GetFullPath(parsed.GetRequiredValue(source), environment.CurrentFolder));
            foreach (var (text, _) in JsonLines.Read<string>(environment.In, "a JSON string", cancellationToken))
            {
                environment.Out.WriteLine($"[{string.Join(',', tokenizer.Encode(text, parsed.GetValue(special)))}]");
            }

            return Task.FromResult(ZephyrCommandLine.Success);
        });
        return command;
    }
}
