using System.ComponentModel;

namespace Zephyr.Core.Data;

/// <summary>Names that a file gives to the columns of its format, where they differ (section <c>columns</c> of a source).</summary>
public sealed record ColumnNames
{
    /// <summary>Column that holds the messages.</summary>
    [Description("column that is read as messages")]
    public string Messages { get; init; } = "messages";

    /// <summary>Column that holds ShareGPT's conversations.</summary>
    [Description("column that is read as conversations")]
    public string Conversations { get; init; } = "conversations";

    /// <summary>Column that holds the instruction.</summary>
    [Description("column that is read as instruction")]
    public string Instruction { get; init; } = "instruction";

    /// <summary>Column that holds Alpaca's input.</summary>
    [Description("column that is read as input")]
    public string Input { get; init; } = "input";

    /// <summary>Column that holds Alpaca's output.</summary>
    [Description("column that is read as output")]
    public string Output { get; init; } = "output";

    /// <summary>Column that holds the system message.</summary>
    [Description("column that is read as system")]
    public string System { get; init; } = "system";

    /// <summary>Column that holds the prompt.</summary>
    [Description("column that is read as prompt")]
    public string Prompt { get; init; } = "prompt";

    /// <summary>Column that holds the preferred answer.</summary>
    [Description("column that is read as chosen")]
    public string Chosen { get; init; } = "chosen";

    /// <summary>Column that holds the other answer.</summary>
    [Description("column that is read as rejected")]
    public string Rejected { get; init; } = "rejected";

    /// <summary>Column that holds the score of the preferred answer.</summary>
    [Description("column that is read as score_chosen")]
    public string ScoreChosen { get; init; } = "score_chosen";

    /// <summary>Column that holds the score of the other answer.</summary>
    [Description("column that is read as score_rejected")]
    public string ScoreRejected { get; init; } = "score_rejected";

    /// <summary>Column that holds UltraFeedback's completions.</summary>
    [Description("column that is read as completions")]
    public string Completions { get; init; } = "completions";

    /// <summary>Column that holds UltraFeedback's source.</summary>
    [Description("column that is read as source")]
    public string Source { get; init; } = "source";
}
