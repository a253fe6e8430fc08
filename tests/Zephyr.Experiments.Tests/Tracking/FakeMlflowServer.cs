using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Tests.Tracking;

/// <summary>What goes wrong with one request.</summary>
internal sealed record Fault(int Status = 0, string Body = "", string? RetryAfter = null, bool DropBefore = false, bool DropAfter = false, int DelayMs = 0)
{
    public static readonly Fault None = new();
}

internal sealed record FakeRun(string Id, string Experiment, string Name)
{
    public string Status { get; set; } = "RUNNING";
    public long? EndTime { get; set; }
    public Dictionary<string, string> Tags { get; } = [];
    public Dictionary<string, string> Params { get; } = [];
    public List<(string Key, string Value, long Timestamp, long Step)> Metrics { get; } = [];
    public List<JsonNode> Inputs { get; } = [];
}

/// <summary>
/// An MLflow server in memory. Like a file store it appends whatever arrives, so that anything sent twice shows.
/// </summary>
internal sealed class FakeMlflowServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly Lock _gate = new();
    private int _requests;

    public FakeMlflowServer(int? port = null)
    {
        (_listener, Port) = Listen(port);
        Url = Address(Port);
        _ = Task.Run(LoopAsync);
    }

    public int Port { get; }
    public string Url { get; }
    public string ArtifactRoot { get; set; } = "mlflow-artifacts:/";

    /// <summary>Gets the number of the request, from 0, and its path.</summary>
    public Func<int, string, Fault> Faults { get; set; } = (_, _) => Fault.None;
    public ConcurrentQueue<(string Path, string Body, string? Authorization)> Requests { get; } = new();
    public Dictionary<string, (string Name, bool Deleted)> Experiments { get; } = [];
    public Dictionary<string, FakeRun> Runs { get; } = [];
    public Dictionary<string, byte[]> Artifacts { get; } = [];

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public FakeRun Run(string name) => Runs.Values.Single(run => run.Name == name);

    // Not Stop before it: Close would then look for the port's socket again, open one, and fail when another has the port by now.
    public void Dispose() => _listener.Close();

    private static string Address(int port) => $"http://127.0.0.1:{port}";

    // Another test may take a free port before this one listens: then another one is looked for.
    private static (HttpListener Listener, int Port) Listen(int? port)
    {
        for (var tries = 0; ; tries++)
        {
            var listener = new HttpListener();
            var chosen = port ?? FreePort();
            listener.Prefixes.Add(Address(chosen) + "/");
            try
            {
                listener.Start();
                return (listener, chosen);
            }
            catch (HttpListenerException) when (port is null && tries < 20)
            {
                listener.Abort();
            }
        }
    }

    private async Task LoopAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var path = context.Request.Url!.AbsolutePath;
            using var memory = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(memory);
            var number = Interlocked.Increment(ref _requests) - 1;
            Requests.Enqueue((path, Encoding.UTF8.GetString(memory.ToArray()), context.Request.Headers["Authorization"]));
            var fault = Faults(number, path);
            await Task.Delay(fault.DelayMs);
            if (fault.DropBefore)
            {
                await BreakOffAsync(context.Response);
                return;
            }

            var (status, body) = (fault.Status, fault.Body);
            if (status == 0)
            {
                lock (_gate)
                {
                    (status, body) = Handle(path, context.Request, memory.ToArray());
                }
            }

            if (fault.DropAfter)
            {
                await BreakOffAsync(context.Response);
                return;
            }

            if (fault.RetryAfter is { } after)
            {
                context.Response.AddHeader("Retry-After", after);
            }

            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client went away, as some tests make it do.
        }
    }

    // Promises more than it sends: closing at once would count as an empty answer.
    private static async Task BreakOffAsync(HttpListenerResponse response)
    {
        response.ContentLength64 = 100;
        await response.OutputStream.WriteAsync("{"u8.ToArray());
        response.Abort();
    }

    private (int, string) Handle(string path, HttpListenerRequest request, byte[] raw)
    {
        const string ArtifactApi = "/api/2.0/mlflow-artifacts/artifacts/";
        if (path.StartsWith(ArtifactApi, StringComparison.Ordinal))
        {
            Artifacts[Uri.UnescapeDataString(path[ArtifactApi.Length..])] = raw;
            return (200, "{}");
        }

        var query = request.QueryString;
        var body = raw.Length > 0 ? JsonNode.Parse(raw)! : new JsonObject();
        switch (path.Replace("/api/2.0/mlflow/", "", StringComparison.Ordinal))
        {
            case "experiments/get-by-name":
                var found = Experiments.FirstOrDefault(e => e.Value.Name == query["experiment_name"]);
                return found.Key is null
                    ? Error(404, "RESOURCE_DOES_NOT_EXIST")
                    : Ok(new { experiment = new { experiment_id = found.Key, name = found.Value.Name, lifecycle_stage = found.Value.Deleted ? "deleted" : "active" } });
            case "experiments/create":
                var name = Text(body, "name");
                if (Experiments.Values.Any(e => e.Name == name))
                {
                    return Error(400, "RESOURCE_ALREADY_EXISTS");
                }

                Experiments[$"{Experiments.Count + 1}"] = (name, false);
                return Ok(new { experiment_id = $"{Experiments.Count}" });
            case "experiments/restore":
                Experiments[Text(body, "experiment_id")] = (Experiments[Text(body, "experiment_id")].Name, false);
                return (200, "{}");
            case "runs/search":
                var filter = Text(body, "filter");
                var hits = Runs.Values.Where(r => r.Tags.Any(t => filter == $"tags.`{t.Key}` = '{t.Value}'"));
                return Ok(new { runs = hits.Select(Describe) });
            case "runs/create":
                var run = new FakeRun($"{Runs.Count + 1:x32}", Text(body, "experiment_id"), Text(body, "run_name"));
                Runs[run.Id] = run;
                SetTags(run, body);
                return Ok(new { run = Describe(run) });
            case "runs/get":
                return Runs.TryGetValue(query["run_id"]!, out var wanted) ? Ok(new { run = Describe(wanted) }) : Error(404, "RESOURCE_DOES_NOT_EXIST");
            case "runs/update":
                Runs[Text(body, "run_id")].Status = Text(body, "status");
                Runs[Text(body, "run_id")].EndTime = (long?)body["end_time"];
                return (200, "{}");
            case "runs/log-inputs":
                Runs[Text(body, "run_id")].Inputs.AddRange(body["datasets"]!.AsArray().Select(d => d!.DeepClone()));
                return (200, "{}");
            case "runs/log-batch":
                return LogBatch(Runs[Text(body, "run_id")], body);
            case "metrics/get-history":
                query["max_results"].ShouldNotBeNull();
                return History(Runs[query["run_id"]!], query["metric_key"]!, query["page_token"]);
            default:
                return (404, "<html>no such page</html>");
        }
    }

    private static (int, string) LogBatch(FakeRun run, JsonNode body)
    {
        var metrics = body["metrics"]!.AsArray();
        var parameters = body["params"]!.AsArray();
        if (metrics.Count > 1000 || parameters.Count > 100 || body["tags"]!.AsArray().Count > 100 ||
            metrics.Count + parameters.Count + body["tags"]!.AsArray().Count > 1000)
        {
            return Error(400, "INVALID_PARAMETER_VALUE");
        }

        if (parameters.Any(p => Text(p!, "key") == "poison" || (run.Params.TryGetValue(Text(p!, "key"), out var old) && old != Text(p!, "value"))))
        {
            return Error(400, "INVALID_PARAMETER_VALUE");
        }

        foreach (var p in parameters)
        {
            run.Params[Text(p!, "key")] = Text(p!, "value");
        }

        foreach (var m in metrics)
        {
            run.Metrics.Add((Text(m!, "key"), m!["value"]!.ToString(), (long)m["timestamp"]!, (long)m["step"]!));
        }

        SetTags(run, body);
        return (200, "{}");
    }

    private static (int, string) History(FakeRun run, string key, string? page)
    {
        const int Page = 400;
        var first = page is null ? 0 : int.Parse(page);
        var all = run.Metrics.Where(m => m.Key == key).ToList();
        var points = all.Skip(first).Take(Page)
            .Select(m => new { key = m.Key, value = double.TryParse(m.Value, out var v) && double.IsFinite(v) ? v : (object)m.Value, timestamp = m.Timestamp, step = m.Step });
        return Ok(first + Page < all.Count ? new { metrics = points, next_page_token = $"{first + Page}" } : new { metrics = points });
    }

    private object Describe(FakeRun run) => new
    {
        info = new { run_id = run.Id, status = run.Status, artifact_uri = $"{ArtifactRoot}{run.Experiment}/{run.Id}/artifacts" },
        inputs = new { dataset_inputs = run.Inputs },
    };

    private static void SetTags(FakeRun run, JsonNode body)
    {
        foreach (var t in body["tags"]!.AsArray())
        {
            run.Tags[Text(t!, "key")] = Text(t!, "value");
        }
    }

    private static string Text(JsonNode node, string key) => (string)node[key]!;

    private static (int, string) Ok(object body) => (200, JsonSerializer.Serialize(body));

    private static (int, string) Error(int status, string code) => (status, JsonSerializer.Serialize(new { error_code = code, message = $"said {code}" }));
}
