namespace Zephyr.Core.Data;

/// <summary>One tokenised conversation.</summary>
/// <param name="ids">Token ids, the beginning-of-text token included.</param>
/// <param name="mask">1 where the loss on assistant tokens counts the token, else 0; as long as <paramref name="ids"/>.</param>
public readonly ref struct TokenRow(ReadOnlySpan<int> ids, ReadOnlySpan<byte> mask)
{
    /// <summary>Token ids.</summary>
    public ReadOnlySpan<int> Ids { get; } = ids;

    /// <summary>1 where the token is the assistant's, its end token included.</summary>
    public ReadOnlySpan<byte> Mask { get; } = mask;
}

/// <summary>One tokenised preference pair. A full sequence is the prompt followed by one of the completions.</summary>
/// <param name="promptIds">Ids of the prompt, from the beginning-of-text token to the header of the answer.</param>
/// <param name="chosenIds">Ids of the preferred answer and its end token.</param>
/// <param name="rejectedIds">Ids of the other answer and its end token.</param>
public readonly ref struct PreferenceRow(ReadOnlySpan<int> promptIds, ReadOnlySpan<int> chosenIds, ReadOnlySpan<int> rejectedIds)
{
    /// <summary>Ids of the prompt.</summary>
    public ReadOnlySpan<int> PromptIds { get; } = promptIds;

    /// <summary>Ids of the preferred answer.</summary>
    public ReadOnlySpan<int> ChosenIds { get; } = chosenIds;

    /// <summary>Ids of the other answer.</summary>
    public ReadOnlySpan<int> RejectedIds { get; } = rejectedIds;
}
