using System.CommandLine;
using System.Text.Json.Nodes;
using Zephyr.Core.Chat;
using Zephyr.Core.Generation;
using Zephyr.Core.Tokenizers;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr generate</c>: goes on with a text, greedily or by seeded sampling.</summary>
public static class GenerateCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("generate", "Go on with a text: greedy at temperature 0, else sampled from a seed.");
        var model = new ModelArguments();
        model.AddTo(command);
        var prompt = new Option<string>("--prompt") { Description = "the text as it is, without a chat format unless --chat is given", Required = true, HelpName = "TEXT" };
        var chatted = new Option<bool>("--chat") { Description = "ask the text as a user would, in the chat format that the model's folder carries" };
        var tokens = new Option<int>("--max-new-tokens") { Description = "longest continuation in tokens", DefaultValueFactory = _ => 128 };
        var sampling = new SamplingArguments(temperature: 0, topP: 1);
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        Require(tokens, value => value is >= 1 and <= 1_048_576, "must be between 1 and 1048576");
        foreach (var option in new Option[] { prompt, chatted, tokens, json })
        {
            command.Options.Add(option);
        }

        sampling.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var tokenizer = Tokenizer.Load(model.Folder(parsed, environment));
            var chat = parsed.GetValue(chatted)
                ? ChatFormats.OfModel(model.Folder(parsed, environment), tokenizer, environment.Clock.GetLocalNow().DateTime)
                : null;
            using var decoder = model.Load(parsed, environment);
            var options = sampling.Read(parsed) with { MaxTokens = parsed.GetValue(tokens), StopIds = [.. (chat is null ? [tokenizer.EosId] : chat.StopIds).Union(decoder.Configuration.StopTokenIds)] };
            var question = parsed.GetRequiredValue(prompt);
            var ids = chat is null ? tokenizer.Encode(question, addSpecial: true) : chat.TokenizePrompt([new ChatMessage(ChatRoles.User, question)]);
            GenerationResult answer;
            await using (var engine = new GenerationEngine(decoder, tokenizer, new EngineOptions()))
            {
                answer = await engine.Submit(new GenerationRequest(ids) { Sampling = options, Place = chat?.AnswerPlace ?? TextPlace.Start }, cancellationToken).Result;
            }

            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["text"] = answer.Text,
                    ["ids"] = new JsonArray([.. answer.Ids.Select(id => (JsonNode?)id)]),
                    ["stopped"] = answer.Reason == FinishReason.Stop,
                });
            }
            else
            {
                environment.Out.WriteLine(answer.Text);
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }

    private static void Require<T>(Option<T> option, Func<T?, bool> holds, string rule) => option.Validators.Add(result =>
    {
        if (!holds(result.GetValue(option)))
        {
            result.AddError($"{option.Name} {rule}");
        }
    });
}
