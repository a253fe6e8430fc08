using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Zephyr.Core;

namespace Zephyr.Experiments.Endpoints;

/// <summary>How a model is reached, over an OpenAI-compatible endpoint or in process. Of all this only the model's name enters a fingerprint.</summary>
public record EndpointConnection
{
    /// <summary>Where OpenAI's own models are.</summary>
    public const string OpenAiAddress = "https://api.openai.com/v1";

    /// <summary>Name of the model.</summary>
    [Description("name of the model at the endpoint; of a simulated teacher: careful, chatty, hasty or flatterer")]
    public string Model { get; init; } = "";

    /// <summary>Folder of a model that answers in process.</summary>
    [Description("for kind folder: folder of a model in Hugging Face format, with a chat template")]
    [SettingPath]
    public string? Folder { get; init; }

    /// <summary>Address of the endpoint.</summary>
    [Description("address of the endpoint, up to and with /v1; https, or http on this machine, or http without a key")]
    [ExecutionSetting]
    public string BaseUrl { get; init; } = OpenAiAddress;

    /// <summary>Environment variable with the key.</summary>
    [Description("name of the environment variable that holds the key, in capitals; null for an endpoint without one. The key itself stands in no file")]
    [RegularExpression("[A-Z_][A-Z0-9_]{0,99}", ErrorMessage = "the name of an environment variable, in capitals, such as OPENAI_API_KEY")]
    [PasswordPropertyText(true)]
    [ExecutionSetting]
    public string? KeyVariable { get; init; }

    /// <summary>Price of a million tokens of prompts.</summary>
    [Description("price of a million tokens that are sent, in the currency of the budget")]
    [Range(0.0, 1e6)]
    [ExecutionSetting]
    public double InputPrice { get; init; }

    /// <summary>Price of a million tokens of answers.</summary>
    [Description("price of a million tokens that are answered, in the currency of the budget")]
    [Range(0.0, 1e6)]
    [ExecutionSetting]
    public double OutputPrice { get; init; }

    /// <summary>Under which name the longest answer is sent.</summary>
    [Description("how the endpoint calls the longest answer: max_tokens, or max_completion_tokens for OpenAI's newer models")]
    [ExecutionSetting]
    public TokenLimitName TokenLimit { get; init; } = TokenLimitName.MaxTokens;

    /// <summary>Whether the seed is sent.</summary>
    [Description("whether a seed is sent with each request; some endpoints refuse it")]
    [ExecutionSetting]
    public bool SendSeed { get; init; } = true;

    /// <summary>Requests side by side.</summary>
    [Description("requests under way side by side")]
    [Range(1, 1024)]
    [ExecutionSetting]
    public int Concurrency { get; init; } = 8;

    /// <summary>Requests a minute.</summary>
    [Description("most requests a minute; 0 for no limit")]
    [Range(0, 10000000)]
    [ExecutionSetting]
    public int RequestsPerMinute { get; init; }

    /// <summary>Tokens a minute.</summary>
    [Description("most tokens a minute, of prompts and answers together; 0 for no limit")]
    [Range(0, 1000000000)]
    [ExecutionSetting]
    public int TokensPerMinute { get; init; }

    /// <summary>Longest wait for one answer.</summary>
    [Description("seconds after which a request counts as failed")]
    [Range(1, 3600)]
    [ExecutionSetting]
    public int TimeoutSeconds { get; init; } = 120;

    /// <summary>Tries after the first.</summary>
    [Description("tries after the first when the endpoint is down, busy or answers nonsense")]
    [Range(0, 20)]
    [ExecutionSetting]
    public int Retries { get; init; } = 6;

    /// <summary>The prices.</summary>
    internal Price Price => new((decimal)InputPrice, (decimal)OutputPrice);
}

/// <summary>Names of the longest answer in requests.</summary>
public enum TokenLimitName
{
    /// <summary><c>max_tokens</c>, which nearly every server knows.</summary>
    MaxTokens,

    /// <summary><c>max_completion_tokens</c>, which OpenAI's reasoning models ask for.</summary>
    MaxCompletionTokens,
}
