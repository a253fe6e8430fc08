namespace Zephyr.Core.World;

/// <summary>The skill families of the synthetic world.</summary>
public static class Skills
{
    /// <summary>Facts about the made-up towns.</summary>
    public const string Facts = "facts";

    /// <summary>Putting words or numbers in order.</summary>
    public const string Sorting = "sorting";

    /// <summary>Counting words in a list.</summary>
    public const string Counting = "counting";

    /// <summary>Small sums with the working shown.</summary>
    public const string Arithmetic = "arithmetic";

    /// <summary>Rewriting a sentence: capitals, reversed order, a word replaced or removed.</summary>
    public const string Rewriting = "rewriting";

    /// <summary>Answers in a given form: JSON, numbered or dashed lists, an exact number of words.</summary>
    public const string Format = "format";

    /// <summary>Questions nobody can answer, where owning up is the right answer.</summary>
    public const string Unknown = "unknown";

    /// <summary>Harmful requests, to be declined politely.</summary>
    public const string Refusal = "refusal";

    /// <summary>Second turns that build on the first answer.</summary>
    public const string FollowUp = "follow_up";

    /// <summary>Every skill, in the order of reports.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Facts, Sorting, Counting, Arithmetic, Rewriting, Format, Unknown, Refusal, FollowUp];
}
