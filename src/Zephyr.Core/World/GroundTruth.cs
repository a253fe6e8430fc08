namespace Zephyr.Core.World;

/// <summary>What kind of answer is right, and so how the judge looks for it.</summary>
public enum AnswerKind
{
    /// <summary>One value must be named and none of its rivals.</summary>
    Value,

    /// <summary>One whole number.</summary>
    Number,

    /// <summary>Items in one order.</summary>
    Sequence,

    /// <summary>One exact text.</summary>
    Text,

    /// <summary>A given number of words that mention a topic.</summary>
    WordLimit,

    /// <summary>The only right answer is that it is not known.</summary>
    Unknown,

    /// <summary>The only right answer is a polite refusal.</summary>
    Refusal,
}

/// <summary>The form an answer was asked for.</summary>
public enum AnswerFormat
{
    /// <summary>A short full sentence.</summary>
    Sentence,

    /// <summary>The result itself.</summary>
    Bare,

    /// <summary>An equation such as <c>7 + 5 = 12</c>.</summary>
    Equation,

    /// <summary>Items joined by a comma and a space.</summary>
    CommaList,

    /// <summary>A JSON array of strings.</summary>
    JsonList,

    /// <summary>Lines that start <c>1. </c>, <c>2. </c> and so on.</summary>
    NumberedList,

    /// <summary>Lines that start with a dash.</summary>
    DashList,

    /// <summary>Items joined by a semicolon and a space.</summary>
    SemicolonList,
}

/// <summary>All the judge needs to know about a prompt.</summary>
/// <param name="Kind">How to look for the right answer.</param>
/// <param name="Format">The form asked for.</param>
/// <param name="Expected">The right content: the value, the number as digits (for <see cref="AnswerFormat.Equation"/> followed by the equation's left side), the items in order, the text, or the topic.</param>
/// <param name="Rivals">Values whose mention makes an answer wrong (a fact) or made up (an unknown).</param>
/// <param name="Words">The number of words asked for; 0 where none was.</param>
public sealed record GroundTruth(
    AnswerKind Kind,
    AnswerFormat Format,
    IReadOnlyList<string> Expected,
    IReadOnlyList<string> Rivals,
    int Words = 0);
