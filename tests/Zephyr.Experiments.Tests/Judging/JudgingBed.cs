using System.Text.Json.Nodes;
using Zephyr.Experiments.Commands;
using Zephyr.Experiments.Tests.Endpoints;
using Zephyr.Experiments.Tests.Tracking;

namespace Zephyr.Experiments.Tests.Judging;

/// <summary>A folder, a server that plays model and judge, and the program over both.</summary>
internal sealed class JudgingBed : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private JudgingBed(FakeChatServer server) => Server = server;

    public FakeChatServer Server { get; }

    public string Folder => _folder.Path;

    public static async Task<JudgingBed> StartAsync() => new(await FakeChatServer.StartAsync());

    public string Write(string name, params string[] lines)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        return path;
    }

    public string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>Requests that reached the server more than once, tries of a judge apart, which have a seed of their own.</summary>
    public int Repeated => Server.Requests.Select(request => request.ToJsonString()).GroupBy(body => body).Count(group => group.Count() > 1);

    public async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var environment = new CommandEnvironment(Folder, Folder, TextReader.Null, output, error, new SteppedTime()) { Variable = name => name == "KEY" ? EndpointBed.Key : null };
        var code = await new ZephyrCommandLine(environment).RunAsync(["evaluate", .. arguments], TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    public async Task<JsonObject> JsonAsync(params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, "--json"]);
        code.ShouldBe(0, error);
        return JsonNode.Parse(output)!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
