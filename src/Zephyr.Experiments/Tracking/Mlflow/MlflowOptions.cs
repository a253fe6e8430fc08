using System.Globalization;
using System.Text;
using Zephyr.Core;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>How to reach an MLflow server: address, credentials and patience, from the variables MLflow users know.</summary>
public sealed class MlflowOptions
{
    /// <summary>Creates the options.</summary>
    /// <param name="trackingUri">An http or https address; user and password inside it are taken out and used for Basic authentication.</param>
    /// <exception cref="ZephyrException">The address is no http or https address.</exception>
    public MlflowOptions(string trackingUri)
    {
        if (!Uri.TryCreate(trackingUri, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ZephyrException(
                "MLFLOW_TRACKING_URI: only http and https addresses of an MLflow server can be sent to, such as http://127.0.0.1:5000. " +
                "The journal under artifacts/tracking holds everything; `zephyr export-mlruns` writes a local mlruns folder.");
        }

        if (uri.UserInfo.Split(':', 2) is [var user, var password])
        {
            (Username, Password) = (Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
        }

        var address = new UriBuilder(uri) { UserName = "", Password = "", Query = "", Fragment = "" };
        address.Path = address.Path.TrimEnd('/') + "/";
        BaseAddress = address.Uri;
    }

    /// <summary>Address of the server without credentials, ending in a slash.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The address as a name for the server in the journal and in messages: it holds no credentials.</summary>
    public string Target => BaseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>User of Basic authentication; used when a password is set too.</summary>
    public string? Username { get; init; }

    /// <summary>Password of Basic authentication.</summary>
    public string? Password { get; init; }

    /// <summary>Bearer token, used when there is no user and password.</summary>
    public string? Token { get; init; }

    /// <summary>Whether a server certificate that cannot be verified is accepted.</summary>
    public bool InsecureTls { get; init; }

    /// <summary>Name of the MLflow experiment; null takes the experiment's own name.</summary>
    public string? ExperimentName { get; init; }

    /// <summary>An existing run that the pipeline run goes on in; null for a new one.</summary>
    public string? RunId { get; init; }

    /// <summary>Tries after the first before a request is given up.</summary>
    public int MaxRetries { get; init; } = 7;

    /// <summary>Longest time for one try.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Reads the options from the environment.</summary>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    /// <returns>The options; null when MLFLOW_TRACKING_URI is not set.</returns>
    /// <exception cref="ZephyrException">A variable has a value that cannot be used.</exception>
    public static MlflowOptions? FromEnvironment(Func<string, string?> variable)
    {
        if (variable("MLFLOW_TRACKING_URI") is not { Length: > 0 } trackingUri)
        {
            return null;
        }

        var address = new MlflowOptions(trackingUri);
        return new MlflowOptions(trackingUri)
        {
            Username = Text("MLFLOW_TRACKING_USERNAME") ?? address.Username,
            Password = Text("MLFLOW_TRACKING_PASSWORD") ?? address.Password,
            Token = Text("MLFLOW_TRACKING_TOKEN"),
            InsecureTls = (Text("MLFLOW_TRACKING_INSECURE_TLS") ?? "false").ToUpperInvariant() switch
            {
                "TRUE" or "1" => true,
                "FALSE" or "0" => false,
                _ => throw new ZephyrException("MLFLOW_TRACKING_INSECURE_TLS: write true or false."),
            },
            ExperimentName = Text("MLFLOW_EXPERIMENT_NAME"),
            RunId = Text("MLFLOW_RUN_ID"),
            MaxRetries = Number("MLFLOW_HTTP_REQUEST_MAX_RETRIES", 7, 0, 10),
            Timeout = TimeSpan.FromSeconds(Number("MLFLOW_HTTP_REQUEST_TIMEOUT", 120, 1, 3600)),
        };

        string? Text(string name) => variable(name) is { Length: > 0 } value ? value : null;

        int Number(string name, int standard, int least, int most) =>
            Text(name) is not { } text ? standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
            : throw new ZephyrException($"{name}: '{text}' is not a whole number from {least} to {most}.");
    }

    /// <summary>The Authorization header; null without credentials.</summary>
    internal System.Net.Http.Headers.AuthenticationHeaderValue? Authorization =>
        Username is { Length: > 0 } && Password is { Length: > 0 }
            ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}")))
            : Token is { Length: > 0 } ? new("Bearer", Token) : null;

    /// <summary>The address alone: credentials never reach a log.</summary>
    /// <returns>The address of the server.</returns>
    public override string ToString() => Target;
}
