namespace Zephyr.Core.Data;

/// <summary>Why a row is left out.</summary>
public enum DropReason
{
    /// <summary>No user speaks before the answer.</summary>
    NoUserTurn,

    /// <summary>There is no answer to learn from.</summary>
    NoAnswer,

    /// <summary>An answer is empty or white space; its loss or log-probability would be an empty sum.</summary>
    EmptyAnswer,

    /// <summary>Chosen and rejected answer are the same, at least in what the length limit leaves of them.</summary>
    IdenticalAnswers,

    /// <summary>The length limit leaves nothing of the answers.</summary>
    TooLong,

    /// <summary>Chosen and rejected answer have the same score.</summary>
    Tie,

    /// <summary>Fewer than two completions have a score.</summary>
    TooFewCompletions,

    /// <summary>The transcripts of the two answers differ before their last turn.</summary>
    DifferentPrompts,

    /// <summary>The row comes from a source that the settings leave out.</summary>
    ExcludedSource,

    /// <summary>An answer has a phrase that the settings leave out.</summary>
    UnwantedPhrase,

    /// <summary>The row's normalised text occurred before.</summary>
    Duplicate,

    /// <summary>The row holds a text that an evaluation asks for.</summary>
    Contaminated,

    /// <summary>The chat template refuses the conversation, as for roles that do not alternate.</summary>
    RefusedByTemplate,
}

/// <summary>How many rows were left out, by reason; every stage that drops rows reports them.</summary>
public sealed class DropCounts
{
    private readonly int[] _counts = new int[Enum.GetValues<DropReason>().Length];

    /// <summary>All rows left out.</summary>
    public int Total => _counts.Sum();

    /// <summary>Rows left out for one reason.</summary>
    public int this[DropReason reason] => _counts[(int)reason];

    /// <summary>Counts one row.</summary>
    public void Add(DropReason reason) => _counts[(int)reason]++;

    /// <summary>Counts of the reasons that occurred, by names such as <c>empty_answer</c>, in a fixed order.</summary>
    public IEnumerable<KeyValuePair<string, long>> ByName() => Enum.GetValues<DropReason>()
        .Where(reason => this[reason] > 0)
        .Select(reason => KeyValuePair.Create(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()), (long)this[reason]));

    /// <summary>One line for people, such as <c>3 rows dropped (empty_answer 2, no_user_turn 1)</c>.</summary>
    public override string ToString() =>
        $"{Total} rows dropped" + (Total == 0 ? "" : $" ({string.Join(", ", ByName().Select(pair => $"{pair.Key} {pair.Value}"))})");
}
