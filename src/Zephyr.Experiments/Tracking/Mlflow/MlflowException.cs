using System.Net;
using Zephyr.Core;
using Zephyr.Experiments.Http;

namespace Zephyr.Experiments.Tracking.Mlflow;

/// <summary>A request to an MLflow server that did not succeed. The message holds no credentials.</summary>
public sealed class MlflowException : ZephyrException, ITransientFailure
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was asked, what came back, what to do.</param>
    /// <param name="status">HTTP status; null when no answer came.</param>
    /// <param name="errorCode">MLflow's error code; empty when the body held none.</param>
    /// <param name="retryAfter">How long the server asked to wait.</param>
    /// <param name="inner">The cause.</param>
    public MlflowException(string message, HttpStatusCode? status, string errorCode, TimeSpan? retryAfter, Exception? inner = null)
        : base(message, inner!)
    {
        (Status, ErrorCode, RetryAfter) = (status, errorCode, retryAfter);
    }

    /// <summary>HTTP status; null when no answer came.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>MLflow's error code, such as <c>RESOURCE_DOES_NOT_EXIST</c>; empty when the body held none.</summary>
    public string ErrorCode { get; }

    /// <summary>How long the server asked to wait before the next try.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later: no answer, 408, 429, 500, 502, 503 or 504.</summary>
    public bool IsTransient => Status is null || (int)Status is 408 or 429 or 500 or 502 or 503 or 504;

    /// <summary>Whether the server understood the request and will never take it.</summary>
    public bool IsRefused => Status is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;
}
