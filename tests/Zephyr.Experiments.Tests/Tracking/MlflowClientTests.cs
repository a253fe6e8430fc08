using System.Net;
using Zephyr.Core;
using Zephyr.Experiments.Tracking;
using Zephyr.Experiments.Tracking.Mlflow;

namespace Zephyr.Experiments.Tests.Tracking;

public sealed class MlflowClientTests : IDisposable
{
    private static readonly MlflowTag Tag = new(RunTags.ClientId, "abc");
    private readonly FakeMlflowServer _server = new();
    private readonly InstantTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_transient_status_is_tried_again(int status)
    {
        _server.Faults = (n, _) => n < 2 ? new Fault(status, "<html><h1>busy</h1></html>") : Fault.None;
        using var client = Client();
        (await client.EnsureExperimentAsync("tiny", Token)).ShouldBe("1");
        _time.Waits.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_tries_are_bounded_and_the_waits_grow()
    {
        _server.Faults = (_, _) => new Fault(503);
        using var client = Client();
        var error = await Should.ThrowAsync<MlflowException>(() => client.EnsureExperimentAsync("tiny", Token));
        error.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        _server.Requests.Count.ShouldBe(8);
        _time.Waits.Count.ShouldBe(7);
        // Half a second doubled six times is 32 s; jitter spreads the waits but keeps their order of size.
        _time.Waits[6].ShouldBeGreaterThan(_time.Waits[0] * 4);
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        _server.Faults = (n, _) => n == 0 ? new Fault(429, RetryAfter: "17") : Fault.None;
        using var client = Client();
        await client.EnsureExperimentAsync("tiny", Token);
        _time.Waits.ShouldBe([TimeSpan.FromSeconds(17)]);
    }

    [Fact]
    public async Task A_server_that_asks_for_an_hour_is_given_up_for_now()
    {
        _server.Faults = (_, _) => new Fault(429, RetryAfter: "3600");
        using var client = Client();
        await Should.ThrowAsync<MlflowException>(() => client.EnsureExperimentAsync("tiny", Token));
        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_an_html_body_becomes_the_message()
    {
        _server.Faults = (_, _) => new Fault(401, "<html><body>You are not\n<b>authenticated</b></body></html>");
        using var client = Client(token: "very-secret");
        var error = await Should.ThrowAsync<MlflowException>(() => client.EnsureExperimentAsync("tiny", Token));
        error.Message.ShouldContain("You are not authenticated");
        error.Message.ShouldContain("MLFLOW_TRACKING_TOKEN");
        error.ToString().ShouldNotContain("very-secret");
        _server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_listening_is_a_transient_failure_with_a_clear_message()
    {
        using var client = new MlflowClient(new MlflowOptions($"http://127.0.0.1:{FakeMlflowServer.FreePort()}") { MaxRetries = 1 }, _time);
        var error = await Should.ThrowAsync<MlflowException>(() => client.EnsureExperimentAsync("tiny", Token));
        error.IsTransient.ShouldBeTrue();
        error.Message.ShouldContain("no answer");
    }

    [Fact]
    public async Task A_slow_server_runs_into_the_timeout_and_is_tried_again()
    {
        _server.Faults = (n, _) => new Fault(DelayMs: n == 0 ? 1500 : 0);
        using var client = new MlflowClient(new MlflowOptions(_server.Url) { Timeout = TimeSpan.FromSeconds(1) }, _time);
        (await client.EnsureExperimentAsync("tiny", Token)).ShouldBe("1");
    }

    [Fact]
    public async Task A_lost_answer_to_create_makes_no_second_run()
    {
        _server.Faults = (_, path) => path.EndsWith("runs/create", StringComparison.Ordinal) && _server.Runs.Count == 0 ? new Fault(DropAfter: true) : Fault.None;
        using var client = Client();
        var run = await client.EnsureRunAsync("1", "dsft", "ada", 5, Tag, [], Token);
        _server.Runs.Keys.ShouldBe([run.RunId]);
    }

    [Fact]
    public async Task A_lost_answer_to_a_batch_doubles_no_point_even_on_a_server_that_only_appends()
    {
        using var client = Client();
        var run = await client.EnsureRunAsync("1", "dsft", "ada", 5, Tag, [], Token);
        var before = _server.Requests.Count;
        _server.Faults = (n, _) => n == before ? new Fault(DropAfter: true) : Fault.None;
        MlflowMetric[] points =
        [
            new("loss", 0.1, 10, 1), new("loss", double.NaN, 20, 2), new("loss", double.PositiveInfinity, 30, 3), new("loss", 1e-300, 40, 4), new("grad_norm", 2, 10, 1),
        ];
        await client.LogBatchAsync(run.RunId, new MlflowBatch(points, [new("beta", "0.1")], []), mayBeThere: false, Token);
        _server.Run("dsft").Metrics.Count.ShouldBe(5);
        _server.Run("dsft").Metrics.Select(m => m.Value).ShouldBe(["0.1", "NaN", "Infinity", "1E-300", "2"]);
    }

    [Fact]
    public async Task A_deleted_experiment_is_restored()
    {
        _server.Experiments["7"] = ("tiny", true);
        using var client = Client();
        (await client.EnsureExperimentAsync("tiny", Token)).ShouldBe("7");
        _server.Experiments["7"].Deleted.ShouldBeFalse();
    }

    [Fact]
    public async Task An_experiment_that_another_process_makes_meanwhile_is_taken()
    {
        _server.Faults = (_, path) =>
        {
            if (path.EndsWith("experiments/create", StringComparison.Ordinal))
            {
                _server.Experiments["9"] = ("tiny", false);
            }

            return Fault.None;
        };
        using var client = Client();
        (await client.EnsureExperimentAsync("tiny", Token)).ShouldBe("9");
    }

    [Theory]
    [InlineData("ada", "pw", "t", "Basic YWRhOnB3")]
    [InlineData("ada", null, "t", "Bearer t")]
    [InlineData(null, null, null, null)]
    public async Task Credentials_come_from_the_environment_with_basic_before_bearer(string? user, string? password, string? token, string? header)
    {
        var options = MlflowOptions.FromEnvironment(name => name switch
        {
            "MLFLOW_TRACKING_URI" => _server.Url,
            "MLFLOW_TRACKING_USERNAME" => user,
            "MLFLOW_TRACKING_PASSWORD" => password,
            "MLFLOW_TRACKING_TOKEN" => token,
            _ => null,
        })!;
        using var client = new MlflowClient(options, _time);
        await client.EnsureExperimentAsync("tiny", Token);
        _server.Requests.ShouldAllBe(request => request.Authorization == header);
    }

    [Fact]
    public void Credentials_inside_the_address_are_used_but_never_named()
    {
        var options = new MlflowOptions("https://ada:pw%21@example.org/mlflow");
        (options.Username, options.Password).ShouldBe(("ada", "pw!"));
        options.Target.ShouldBe("https://example.org/mlflow");
        options.ToString().ShouldBe("https://example.org/mlflow");
    }

    [Theory]
    [InlineData("sqlite:///mlflow.db")]
    [InlineData("./mlruns")]
    [InlineData("databricks")]
    public void An_address_that_is_no_server_is_refused_with_what_to_do(string uri) =>
        Should.Throw<ZephyrException>(() => new MlflowOptions(uri)).Message.ShouldContain("export-mlruns");

    [Fact]
    public void Names_are_made_safe_and_long_values_carry_the_hash_of_the_whole()
    {
        MlflowLimits.Name("rewards/chosen").ShouldBe("rewards/chosen");
        MlflowLimits.Name("../../etc/pass:wd//x").ShouldBe("_/_/etc/pass_wd/_/x");
        MlflowLimits.Name(new string('k', 300)).Length.ShouldBe(250);
        MlflowLimits.Cut("short", 100).ShouldBe("short");
        var cut = MlflowLimits.Cut(new string('v', 7000), 6000);
        cut.Length.ShouldBe(6000);
        cut.ShouldContain("..sha256.");
    }

    private MlflowClient Client(string? token = null) => new(new MlflowOptions(_server.Url) { Token = token }, _time);
}
