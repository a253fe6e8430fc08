using System.CommandLine;
using System.Globalization;
using System.Net;
using Zephyr.Core;
using Zephyr.Experiments.Memory;
using Zephyr.Experiments.Serving;

namespace Zephyr.Experiments.Commands;

/// <summary><c>zephyr serve</c>: an OpenAI-compatible server.</summary>
public static class ServeCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="environment">Folders, streams, stages.</param>
    /// <returns>The verb.</returns>
    public static Command Create(CommandEnvironment environment)
    {
        var command = new Command("serve", "Answer OpenAI's chat completions over HTTP until Ctrl-C.");
        var arguments = new ServedModelArguments();
        arguments.AddTo(command);
        var standard = new ServeOptions();
        var host = new Option<string>("--host") { Description = "address to listen on", DefaultValueFactory = _ => "127.0.0.1", HelpName = "ADDRESS" };
        var port = new Option<int>("--port") { Description = "port; 0 takes any free one", DefaultValueFactory = _ => standard.Port };
        var key = new Option<string?>("--api-key-env") { Description = "environment variable with the key that requests must carry", HelpName = "NAME" };
        var body = new Option<string>("--max-body") { Description = "largest body of a request", DefaultValueFactory = _ => "4MiB", HelpName = "SIZE" };
        var limit = new Option<double>("--time-limit") { Description = "seconds an answer may take", DefaultValueFactory = _ => standard.TimeLimit.TotalSeconds, HelpName = "SECONDS" };
        port.Validators.Add(result => Require(result, result.GetValue(port) is >= 0 and <= 65535, "--port must be between 0 and 65535"));
        body.Validators.Add(result => Require(result, ByteSize.Parse(result.GetValue(body)!) is > 0, "--max-body must be a size such as 4MiB"));
        limit.Validators.Add(result => Require(result, result.GetValue(limit) is > 0 and <= 86400, "--time-limit must be above 0 and at most 86400 seconds"));
        host.Validators.Add(result => Require(result, Address(result.GetValue(host)!) is not null, "--host must be an IP address or localhost"));
        foreach (var option in new Option[] { host, port, key, body, limit })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = standard with
            {
                Address = Address(parsed.GetRequiredValue(host))!,
                Port = parsed.GetValue(port),
                ApiKey = parsed.GetValue(key) is { } name ? Key(environment, name) : null,
                MaxBodyBytes = ByteSize.Parse(parsed.GetRequiredValue(body))!.Value,
                TimeLimit = TimeSpan.FromSeconds(parsed.GetValue(limit)),
            };
            if (!IPAddress.IsLoopback(options.Address) && options.ApiKey is null)
            {
                await environment.Error.WriteLineAsync(
                    $"zephyr: warning: {options.Address} can be reached from other machines, and no key is asked for. Set one with --api-key-env NAME, or leave --host out.");
            }

            var models = await arguments.LoadAsync(parsed, environment);
            try
            {
                await ServeAsync(options, models, environment, cancellationToken);
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

    private static async Task ServeAsync(ServeOptions options, IReadOnlyList<ServedModel> models, CommandEnvironment environment, CancellationToken cancellationToken)
    {
        var error = TextWriter.Synchronized(environment.Error);
        await using var server = await ApiServer.StartAsync(options, models, environment.Clock, error.WriteLine);
        await environment.Out.WriteLineAsync(
            $"Serving {string.Join(", ", models.Select(static model => model.Name))} at {new Uri(server.Endpoint, "v1")} (Ctrl-C ends)");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being told to end is how a server ends: no failure.
        }

        await error.WriteLineAsync($"Ending: answers under way have {options.Grace.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
        await server.StopAsync();
    }

    private static IPAddress? Address(string host) => host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : null;

    private static string Key(CommandEnvironment environment, string name) =>
        environment.Variable(name) is { Length: > 0 } value ? value : throw new ZephyrException($"The environment variable {name} is not set. Put the API key into it.");

    private static void Require(System.CommandLine.Parsing.OptionResult result, bool holds, string message)
    {
        if (!holds)
        {
            result.AddError(message);
        }
    }
}
