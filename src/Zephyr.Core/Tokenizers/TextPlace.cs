namespace Zephyr.Core.Tokenizers;

/// <summary>Where a stretch of text stands, which decides whether the word mark goes before it.</summary>
public enum TextPlace
{
    /// <summary>At the start of the whole text.</summary>
    Start,

    /// <summary>Right after a special token.</summary>
    AfterSpecialToken,

    /// <summary>In the middle of a text whose first part is encoded already: no word mark is put in.</summary>
    Continuation,
}
