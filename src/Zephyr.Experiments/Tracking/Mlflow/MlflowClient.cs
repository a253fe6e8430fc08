using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>
/// A typed client for the calls of MLflow's REST interface that tracking makes. Transient failures are retried
/// (<see cref="MlflowRetry"/>), and calls that are not idempotent look first whether an earlier try arrived after all,
/// so that repeating never doubles anything.
/// </summary>
public sealed class MlflowClient : IDisposable
{
    private const string Api = "api/2.0/mlflow/";
    private const int HistoryPage = 5000;
    private readonly MlflowOptions _options;
    private readonly HttpClient _http;
    private readonly MlflowRetry _retry;
    private readonly TimeProvider _time;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="options">Address and credentials.</param>
    /// <param name="time">The clock for waiting between tries.</param>
    public MlflowClient(MlflowOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var handler = new HttpClientHandler { AllowAutoRedirect = false };
        if (options.InsecureTls)
        {
            handler.ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator;
        }

        _http = new HttpClient(handler) { BaseAddress = options.BaseAddress, Timeout = options.Timeout };
        _http.DefaultRequestHeaders.Authorization = options.Authorization;
        _retry = new MlflowRetry(options.MaxRetries, time);
    }

    /// <summary>The server's address without credentials.</summary>
    public string Target => _options.Target;

    /// <summary>Finds an experiment, or makes it; a deleted one of the same name is restored.</summary>
    /// <param name="name">Name of the experiment.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The experiment's id.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task<string> EnsureExperimentAsync(string name, CancellationToken cancellationToken) => _retry.RunAsync(
        async (_, token) =>
        {
            if (await FindExperimentAsync(name, token) is { } found)
            {
                if (string.Equals(found.LifecycleStage, "deleted", StringComparison.Ordinal))
                {
                    await PostAsync<Nothing>("experiments/restore", new ExperimentIdMessage(found.ExperimentId), token);
                }

                return found.ExperimentId;
            }

            try
            {
                return (await PostAsync<ExperimentIdMessage>("experiments/create", new CreateExperimentRequest(name), token)).ExperimentId;
            }
            catch (MlflowException e) when (string.Equals(e.ErrorCode, "RESOURCE_ALREADY_EXISTS", StringComparison.Ordinal))
            {
                // Another process made it between the two calls.
                if (await FindExperimentAsync(name, token) is { } made)
                {
                    return made.ExperimentId;
                }

                throw;
            }
        },
        cancellationToken);

    /// <summary>
    /// Finds the run that carries a client tag, or makes it. The search comes before every try to create, because an
    /// answer that got lost does not mean that no run was made.
    /// </summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="name">Name of the run.</param>
    /// <param name="user">Who started it.</param>
    /// <param name="startMs">Start in milliseconds since 1970, UTC.</param>
    /// <param name="clientTag">The tag that names the run on our side; it must be unique.</param>
    /// <param name="otherTags">More tags of a new run.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The run.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task<MlflowRunInfo> EnsureRunAsync(
        string experimentId, string name, string user, long startMs, MlflowTag clientTag, IReadOnlyList<MlflowTag> otherTags,
        CancellationToken cancellationToken) => _retry.RunAsync(
        async (_, token) =>
        {
            var filter = $"tags.`{clientTag.Key}` = '{clientTag.Value}'";
            var found = await PostAsync<SearchRunsResponse>("runs/search", new SearchRunsRequest([experimentId], filter, 1), token);
            if (found.Runs is [var run, ..])
            {
                return run.Info;
            }

            var created = await PostAsync<RunResponse>(
                "runs/create", new CreateRunRequest(experimentId, name, user, startMs, [clientTag, .. otherTags]), token);
            return created.Run.Info;
        },
        cancellationToken);

    /// <summary>What the server has of a run.</summary>
    /// <param name="runId">The server's id of the run.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The run with its data sets.</returns>
    /// <exception cref="MlflowException">The server could not be reached or has no such run.</exception>
    public Task<MlflowRun> GetRunAsync(string runId, CancellationToken cancellationToken) => _retry.RunAsync(
        async (_, token) => (await GetAsync<RunResponse>($"{Api}runs/get?run_id={Uri.EscapeDataString(runId)}", token)).Run, cancellationToken);

    /// <summary>Sets a run's status.</summary>
    /// <param name="runId">The server's id of the run.</param>
    /// <param name="status">RUNNING, FINISHED, FAILED or KILLED; the server ignores any other without a word.</param>
    /// <param name="endMs">End in milliseconds since 1970, UTC; null while it runs.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A task that ends when the server has it.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task UpdateRunAsync(string runId, TrackedStatus status, long? endMs, CancellationToken cancellationToken) => _retry.RunAsync(
        (_, token) => PostAsync<Nothing>("runs/update", new UpdateRunRequest(runId, status.ToString().ToUpperInvariant(), endMs), token),
        cancellationToken);

    /// <summary>Sends a batch. Metric points that a lost earlier try left on the server are not sent again.</summary>
    /// <param name="runId">The server's id of the run.</param>
    /// <param name="batch">Within <see cref="MlflowLimits"/>.</param>
    /// <param name="mayBeThere">Whether an earlier process may have sent it already.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A task that ends when the server has it.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task LogBatchAsync(string runId, MlflowBatch batch, bool mayBeThere, CancellationToken cancellationToken) => _retry.RunAsync(
        async (attempt, token) =>
        {
            var metrics = attempt > 0 || mayBeThere ? await MissingAsync(runId, batch.Metrics, token) : batch.Metrics;
            if (metrics.Count + batch.Params.Count + batch.Tags.Count > 0)
            {
                await PostAsync<Nothing>("runs/log-batch", new LogBatchRequest(runId, metrics, batch.Params, batch.Tags), token);
            }

            return true;
        },
        cancellationToken);

    /// <summary>Says that a run read a data set, unless the server knows already.</summary>
    /// <param name="runId">The server's id of the run.</param>
    /// <param name="input">The data set with its context.</param>
    /// <param name="mayBeThere">Whether an earlier process may have sent it already.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A task that ends when the server has it.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task LogInputAsync(string runId, MlflowDatasetInput input, bool mayBeThere, CancellationToken cancellationToken) => _retry.RunAsync(
        async (attempt, token) =>
        {
            if (attempt > 0 || mayBeThere)
            {
                var run = (await GetAsync<RunResponse>($"{Api}runs/get?run_id={Uri.EscapeDataString(runId)}", token)).Run;
                if (run.Inputs?.DatasetInputs is { } known &&
                    known.Any(i => (i.Dataset.Name, i.Dataset.Digest) == (input.Dataset.Name, input.Dataset.Digest) && i.Tags.SequenceEqual(input.Tags)))
                {
                    return true;
                }
            }

            await PostAsync<Nothing>("runs/log-inputs", new LogInputsRequest(runId, [input]), token);
            return true;
        },
        cancellationToken);

    /// <summary>Every point of a metric.</summary>
    /// <param name="runId">The server's id of the run.</param>
    /// <param name="key">Name of the metric.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>The points.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task<IReadOnlyList<MlflowMetric>> HistoryAsync(string runId, string key, CancellationToken cancellationToken) =>
        _retry.RunAsync((_, token) => HistoryOnceAsync(runId, key, token), cancellationToken);

    /// <summary>Uploads a file through the server's artifact proxy. The same file again replaces itself.</summary>
    /// <param name="path">Path under the proxy's root: the run's artifact folder and the file's name.</param>
    /// <param name="file">The file to read.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <returns>A task that ends when the server has it.</returns>
    /// <exception cref="MlflowException">The server could not be reached or refused.</exception>
    public Task UploadAsync(string path, string file, CancellationToken cancellationToken) => _retry.RunAsync(
        async (_, token) =>
        {
            var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
            using var request = new HttpRequestMessage(HttpMethod.Put, "api/2.0/mlflow-artifacts/artifacts/" + escaped)
            {
                Content = new StreamContent(File.OpenRead(file)),
            };
            return await SendAsync<Nothing>(request, token);
        },
        cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<MlflowExperiment?> FindExperimentAsync(string name, CancellationToken token)
    {
        try
        {
            return (await GetAsync<GetExperimentResponse>($"{Api}experiments/get-by-name?experiment_name={Uri.EscapeDataString(name)}", token)).Experiment;
        }
        catch (MlflowException e) when (e is { Status: HttpStatusCode.NotFound, ErrorCode: "RESOURCE_DOES_NOT_EXIST" })
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<MlflowMetric>> MissingAsync(string runId, IReadOnlyList<MlflowMetric> metrics, CancellationToken token)
    {
        var there = new HashSet<MlflowMetric>();
        foreach (var key in metrics.Select(metric => metric.Key).Distinct(StringComparer.Ordinal))
        {
            there.UnionWith((await HistoryOnceAsync(runId, key, token)).Select(AsStored));
        }

        return [.. metrics.Where(metric => !there.Contains(AsStored(metric)))];

        // SQL stores keep an infinity as the largest number.
        static MlflowMetric AsStored(MlflowMetric metric) =>
            double.IsInfinity(metric.Value) ? metric with { Value = double.IsPositive(metric.Value) ? double.MaxValue : double.MinValue } : metric;
    }

    private async Task<IReadOnlyList<MlflowMetric>> HistoryOnceAsync(string runId, string key, CancellationToken token)
    {
        var points = new List<MlflowMetric>();
        string? page = null;
        do
        {
            // Without max_results some servers give nothing and a token that never moves on.
            var url = $"{Api}metrics/get-history?run_id={Uri.EscapeDataString(runId)}&metric_key={Uri.EscapeDataString(key)}&max_results={HistoryPage}" +
                (page is null ? "" : "&page_token=" + Uri.EscapeDataString(page));
            var response = await GetAsync<HistoryResponse>(url, token);
            points.AddRange(response.Metrics ?? []);
            page = response.Metrics is { Count: > 0 } && response.NextPageToken is { Length: > 0 } next && !string.Equals(next, page, StringComparison.Ordinal) ? next : null;
        }
        while (page is not null);

        return points;
    }

    private async Task<T> GetAsync<T>(string url, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        return await SendAsync<T>(request, token);
    }

    private async Task<T> PostAsync<T>(string call, object body, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api + call)
        {
            Content = JsonContent.Create(body, body.GetType(), options: MlflowJson.Options),
        };
        return await SendAsync<T>(request, token);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken token)
    {
        var what = $"{Target}: {request.Method} {request.RequestUri!.OriginalString.Split('?')[0]}";
        try
        {
            using var response = await _http.SendAsync(request, token);
            var body = await response.Content.ReadAsStringAsync(token);
            if (!response.IsSuccessStatusCode)
            {
                throw Failure(what, response, body);
            }

            if (body.Length == 0 && typeof(T) != typeof(Nothing))
            {
                throw new IOException("the answer is empty");
            }

            return typeof(T) == typeof(Nothing)
                ? (T)(object)new Nothing()
                : JsonSerializer.Deserialize<T>(body, MlflowJson.Options) ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            throw new MlflowException(
                $"{what}: the answer is not what an MLflow server says ({e.Message}). Check that MLFLOW_TRACKING_URI names one.",
                HttpStatusCode.NotImplemented, "", null, e);
        }
        catch (HttpRequestException e)
        {
            throw new MlflowException($"{what}: no answer: {e.InnerException?.Message ?? e.Message}", null, "", null, e);
        }
        catch (IOException e)
        {
            throw new MlflowException($"{what}: the connection broke: {e.Message}", null, "", null, e);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new MlflowException($"{what}: no answer in {_options.Timeout.TotalSeconds:0.#} s", null, "", null, e);
        }
    }

    private MlflowException Failure(string what, HttpResponseMessage response, string body)
    {
        var error = ParseError(body);
        var detail = error.ErrorCode is { } code ? $"{code}: {error.Message}" : Plain(body);
        var status = (int)response.StatusCode;
        var next = status switch
        {
            401 or 403 => " Check MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN; newer servers also answer so to a host name they do not know.",
            404 when error.ErrorCode is null => " Check that MLFLOW_TRACKING_URI names an MLflow server.",
            >= 300 and < 400 => " The address redirects: set MLFLOW_TRACKING_URI to where it leads.",
            _ => "",
        };
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null);
        return new MlflowException(
            $"{what}: {status} {detail.TrimEnd('.')}.{next}",
            response.StatusCode, error.ErrorCode ?? "", wait is { } w && w > TimeSpan.Zero ? w : null);
    }

    private static ErrorResponse ParseError(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<ErrorResponse>(body, MlflowJson.Options) ?? new ErrorResponse(null, null);
        }
        catch (JsonException)
        {
            // Proxies and old servers answer in HTML or plain text; the text itself is then the message.
            return new ErrorResponse(null, null);
        }
    }

    private static string Plain(string body)
    {
        var text = System.Text.RegularExpressions.Regex.Replace(
            body, "(<[^>]*>|\\s)+", " ", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Trim();
        return text.Length > 200 ? text[..200] + "…" : text;
    }
}
