using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Zephyr.Core.Data;

/// <summary>How conversations become token rows (section <c>tokenize</c>).</summary>
public sealed record TokenizeOptions
{
    /// <summary>Longest dSFT row in tokens; a longer one is cut at the end and counted.</summary>
    [Description("longest dSFT row in tokens; a longer one is cut at the end, or dropped when no assistant token remains")]
    [Range(4, 1048576)]
    public int MaxLength { get; init; } = 512;

    /// <summary>Longest preference row, prompt and completion together, in tokens.</summary>
    [Description("longest preference row (prompt and completion) in tokens")]
    [Range(4, 1048576)]
    public int MaxPreferenceLength { get; init; } = 512;

    /// <summary>Tokens of the prompt that are kept, from its end, when prompt and longest completion do not fit together.</summary>
    [Description("tokens kept from the end of the prompt when prompt and longest completion do not fit together")]
    [Range(2, 1048576)]
    public int MaxPromptLength { get; init; } = 256;

    /// <summary>Whether the header of an answer, such as <c>&lt;|assistant|&gt;</c>, is scored with it in preference rows.</summary>
    [Description("score the answer's header (<|assistant|>) with the answer in preference rows, as TRL 0.7 did")]
    public bool ScoreHeader { get; init; }

    /// <summary>Whether one more end token follows all that the template writes in preference rows.</summary>
    [Description("put one more end token after all that the template writes in preference rows, as TRL 0.7 did: a completion ends with </s>, a newline and </s>")]
    public bool ExtraEndToken { get; init; }
}
