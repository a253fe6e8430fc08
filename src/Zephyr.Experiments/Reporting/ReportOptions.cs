using System.ComponentModel;

namespace Zephyr.Experiments.Reporting;

/// <summary>The report (section <c>report</c>).</summary>
public sealed record ReportOptions
{
    /// <summary>Heading of the report; null takes the experiment's name.</summary>
    [Description("heading of the report; null takes the experiment's name")]
    public string? Title { get; init; }

    /// <summary>What was tried on the way to these settings, for the report; blank lines part paragraphs.</summary>
    [Description("what was tried on the way to these settings, shown in the report")]
    public string? Tried { get; init; }
}
