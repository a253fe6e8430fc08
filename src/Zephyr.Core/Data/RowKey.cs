namespace Zephyr.Core.Data;

/// <summary>Keys of rows that some format knows. The order is that of <see cref="RowColumns"/>.</summary>
internal enum RowKey
{
    /// <summary><c>messages</c>.</summary>
    Messages,

    /// <summary><c>conversations</c> of ShareGPT.</summary>
    Conversations,

    /// <summary><c>instruction</c> of Alpaca and UltraFeedback.</summary>
    Instruction,

    /// <summary><c>input</c> of Alpaca.</summary>
    Input,

    /// <summary><c>output</c> of Alpaca.</summary>
    Output,

    /// <summary><c>system</c> of Alpaca and ShareGPT.</summary>
    System,

    /// <summary><c>prompt</c> of preferences.</summary>
    Prompt,

    /// <summary><c>chosen</c> of preferences and ShareGPT.</summary>
    Chosen,

    /// <summary><c>rejected</c> of preferences and ShareGPT.</summary>
    Rejected,

    /// <summary><c>score_chosen</c>.</summary>
    ScoreChosen,

    /// <summary><c>score_rejected</c>.</summary>
    ScoreRejected,

    /// <summary><c>completions</c> of UltraFeedback.</summary>
    Completions,

    /// <summary><c>source</c> of UltraFeedback.</summary>
    Source,
}
