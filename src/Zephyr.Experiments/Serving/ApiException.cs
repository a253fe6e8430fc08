using System.Text.Json.Nodes;

namespace Zephyr.Experiments.Serving;

/// <summary>A request that is answered by an error, in OpenAI's shape.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">What went wrong, for programs; null for nothing more than the type says.</param>
/// <param name="message">What went wrong, for people.</param>
/// <param name="parameter">The field at fault.</param>
public sealed class ApiException(int status, string? code, string message, string? parameter = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>The field at fault.</summary>
    public string? Parameter => parameter;

    /// <summary>Seconds after which the request may be tried again.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A value that does not do.</summary>
    /// <param name="parameter">The field.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="code">What is wrong, for programs.</param>
    public static ApiException Invalid(string? parameter, string message, string? code = "invalid_value") => new(400, code, message, parameter);

    /// <summary>The document that is sent: <c>{"error": {message, type, param, code}}</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = Message,
            ["type"] = status switch
            {
                401 => "authentication_error",
                403 => "permission_error",
                429 => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            ["param"] = parameter,
            ["code"] = code,
        },
    };
}
