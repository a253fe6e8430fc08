namespace Zephyr.Core.Chat.Jinja;

/// <summary>What a template may use up. A template of a model that came from elsewhere is code; these bound it.</summary>
public sealed record TemplateLimits
{
    /// <summary>The limits in use when nothing else is said.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Longest template text in characters.</summary>
    public int TemplateLength { get; init; } = 1 << 20;

    /// <summary>Depth of nested expressions and blocks in the text of a template.</summary>
    public int SyntaxDepth { get; init; } = 150;

    /// <summary>Steps of one rendering: every node evaluated and every element or 64 characters handled counts.</summary>
    public long Steps { get; init; } = 20_000_000;

    /// <summary>Depth of nested evaluation, macro calls included.</summary>
    public int Depth { get; init; } = 600;

    /// <summary>Longest text that may come up, output included, in characters.</summary>
    public int TextLength { get; init; } = 1 << 26;

    /// <summary>Most elements of <c>range()</c>, as in Jinja's own sandbox.</summary>
    public int RangeLength { get; init; } = 100_000;
}
