using System.CommandLine;
using Zephyr.Experiments.Serving;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr chat</c>: a conversation at the terminal, with one model or several side by side.</summary>
public static class ChatCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("chat", "Talk with a model at the terminal, or with several side by side.");
        var arguments = new ServedModelArguments();
        arguments.AddTo(command);
        var sampling = new SamplingArguments(temperature: 0.7, topP: 0.95);
        sampling.AddTo(command);
        var tokens = BenchShape.Whole("--max-new-tokens", "longest answer in tokens", 1024);
        var system = new Option<string?>("--system") { Description = "system message to begin with", HelpName = "TEXT" };
        command.Options.Add(tokens);
        command.Options.Add(system);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = sampling.Read(parsed) with { MaxTokens = parsed.GetValue(tokens) };
            var models = await arguments.LoadAsync(parsed, environment);
            try
            {
                var sessions = models.Select(model => new ChatSession(model, options)).ToList();
                foreach (var session in sessions)
                {
                    session.Instruct(parsed.GetValue(system) ?? "");
                }

                if (environment.Interactive)
                {
                    await environment.Out.WriteLineAsync($"{string.Join(" and ", models.Select(static model => model.Name))} (/help for help, /exit to leave)");
                }

                await new ChatTerminal(
                    sessions, environment.In, environment.Out, environment.Interrupt, environment.Interactive, environment.Interactive ? environment.Width : 0, environment.CurrentFolder)
                    .RunAsync(cancellationToken);
            }
            finally
            {
                foreach (var model in models)
                {
                    await model.DisposeAsync();
                }
            }

            return ZephyrCommandLine.Success;
        });
        return command;
    }
}
