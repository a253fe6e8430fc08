using System.Globalization;

namespace Zephyr.Core.Generation;

/// <summary>
/// How one request picks its tokens and when it ends. Scores are changed in the order of Hugging Face's transformers: repetition penalty
/// (and OpenAI's frequency and presence penalties), temperature, top-k, top-p, min-p.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>0 takes the likeliest token; otherwise logits are divided by it. From 0 to 100.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the likeliest tokens whose probabilities reach this sum are taken (Holtzman et al. 2019, arXiv 1904.09751). Above 0, at most 1, where it does nothing.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only this many of the likeliest tokens are taken, and those equal to the last of them; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this share as likely as the likeliest are taken (Nguyen et al. 2024, arXiv 2407.01082). From 0, where it does nothing, to 1.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Positive logits of tokens that stand in the prompt or the answer are divided by it, negative ones multiplied (Keskar et al. 2019,
    /// arXiv 1909.05858). Above 0, at most 100; 1 does nothing.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken from a token's logit for each time it stands in the answer. From -2 to 2.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Taken from a token's logit once it stands in the answer. From -2 to 2.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Texts that end the answer; they are not part of it. At most 16 of at most 1,024 UTF-16 units.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the answer; they are not part of it.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Longest answer in tokens, the one that ends it included; null for what the model's positions leave.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Seed of sampling: what is drawn depends on it and the place in the answer alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <returns>These options.</returns>
    /// <exception cref="SamplingException">A value is out of range; the first one is named.</exception>
    public SamplingOptions Checked()
    {
        Require("temperature", Temperature, Temperature is >= 0 and <= 100, "from 0 to 100");
        Require("top_p", TopP, TopP is > 0 and <= 1, "above 0 and at most 1");
        Require("top_k", TopK, TopK >= 0, "0 (for all) or more");
        Require("min_p", MinP, MinP is >= 0 and <= 1, "from 0 to 1");
        Require("repetition_penalty", RepetitionPenalty, RepetitionPenalty is > 0 and <= 100, "above 0 and at most 100");
        Require("frequency_penalty", FrequencyPenalty, FrequencyPenalty is >= -2 and <= 2, "from -2 to 2");
        Require("presence_penalty", PresencePenalty, PresencePenalty is >= -2 and <= 2, "from -2 to 2");
        Require("max_tokens", MaxTokens ?? 1, MaxTokens is null or >= 1, "1 or more");
        Require("stop", StopStrings.Count, StopStrings.Count <= 16, "at most 16 texts");
        foreach (var text in StopStrings)
        {
            Require("stop", text.Length, text.Length is >= 1 and <= 1024, "texts of 1 to 1024 characters");
        }

        return this;
    }

    private static void Require(string name, double value, bool holds, string rule)
    {
        if (!holds)
        {
            throw new SamplingException(name, $"{name} must be {rule} (is {value.ToString(CultureInfo.InvariantCulture)}).");
        }
    }
}

/// <summary>A sampling option is out of range.</summary>
/// <param name="option">Its name in snake case, as requests write it.</param>
/// <param name="message">What is wrong.</param>
public sealed class SamplingException(string option, string message) : ZephyrException(message)
{
    /// <summary>Name of the option in snake case.</summary>
    public string Option => option;
}
