namespace Zephyr.Experiments.Endpoints;

/// <summary>Why an answer ended.</summary>
public enum AnswerEnd
{
    /// <summary>The model was done.</summary>
    Stop,

    /// <summary>The longest answer was reached.</summary>
    Length,

    /// <summary>The endpoint refused or cut it because of what it says.</summary>
    ContentFilter,
}

/// <summary>A model's answer with what it took.</summary>
/// <param name="Text">The answer; may be empty.</param>
/// <param name="End">Why it ended.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
/// <param name="UsageReported">Whether the endpoint told the tokens; otherwise they are upper bounds.</param>
public sealed record ChatAnswer(string Text, AnswerEnd End, long InputTokens, long OutputTokens, bool UsageReported)
{
    /// <summary>The likeliest tokens in the place of the answer's first one, where they were asked for.</summary>
    public IReadOnlyList<TokenChance> First { get; init; } = [];
}

/// <summary>A token that an answer could begin with.</summary>
/// <param name="Token">Its text.</param>
/// <param name="LogProb">Natural logarithm of its probability.</param>
public sealed record TokenChance(string Token, double LogProb);

/// <summary>Prices of a million tokens.</summary>
/// <param name="Input">Of what is sent.</param>
/// <param name="Output">Of what is answered.</param>
internal sealed record Price(decimal Input, decimal Output)
{
    private const decimal Million = 1_000_000;

    /// <summary>Cost of tokens.</summary>
    /// <param name="inputTokens">Tokens sent.</param>
    /// <param name="outputTokens">Tokens answered.</param>
    /// <returns>The cost in the currency of the prices.</returns>
    public decimal Of(long inputTokens, long outputTokens) => ((inputTokens * Input) + (outputTokens * Output)) / Million;
}
