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
        var temperature = new Option<double>("--temperature") { Description = "0 takes the likeliest token", DefaultValueFactory = _ => 0 };
        var topP = new Option<double>("--top-p") { Description = "share of the probability to sample from", DefaultValueFactory = _ => 1 };
        var seed = new Option<ulong>("--seed") { Description = "seed of the sampling", DefaultValueFactory = _ => 42 };
        var json = new Option<bool>("--json") { Description = "print one JSON document on standard output and nothing else there" };
        Require(tokens, value => value is >= 1 and <= 1_048_576, "must be between 1 and 1048576");
        Require(temperature, value => value is >= 0 and <= 100, "must be between 0 and 100");
        Require(topP, value => value is > 0 and <= 1, "must be above 0 and at most 1");
        foreach (var option in new Option[] { prompt, chatted, tokens, temperature, topP, seed, json })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = Tokenizer.Load(model.Folder(parsed, environment));
            var chat = parsed.GetValue(chatted)
                ? ChatFormats.OfModel(model.Folder(parsed, environment), tokenizer, environment.Clock.GetLocalNow().DateTime)
                : null;
            using var decoder = model.Load(parsed, environment);
            var options = new GenerationOptions
            {
                MaxNewTokens = parsed.GetValue(tokens),
                Temperature = parsed.GetValue(temperature),
                TopP = parsed.GetValue(topP),
                Seed = parsed.GetValue(seed),
                StopIds = chat is null ? [tokenizer.EosId] : [.. chat.StopIds],
            };
            var question = parsed.GetRequiredValue(prompt);
            var ids = chat is null ? tokenizer.Encode(question, addSpecial: true) : chat.TokenizePrompt([new ChatMessage(ChatRoles.User, question)]);
            var completion = new Generator(decoder, options).Generate([ids], cancellationToken: cancellationToken)[0];
            var text = chat is null ? tokenizer.Decode(completion.Ids, skipSpecial: true) : chat.DecodeAnswer(completion.Ids);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(environment.Out, new JsonObject
                {
                    ["text"] = text,
                    ["ids"] = new JsonArray([.. completion.Ids.Select(id => (JsonNode?)id)]),
                    ["stopped"] = completion.Stopped,
                });
            }
            else
            {
                environment.Out.WriteLine(text);
            }

            return Task.FromResult(ZephyrCommandLine.Success);
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
