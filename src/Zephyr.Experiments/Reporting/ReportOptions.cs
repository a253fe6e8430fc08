using System.ComponentModel;

namespace Zephyr.Experiments.Reporting;

/// <summary>The report (section <c>report</c>).</summary>
public sealed record ReportOptions
{
    /// <summary>Heading of the report; null takes the experiment's name.</summary>
    [Description("heading of the report; null takes the experiment's name")]
    public string? Title { get; init; }
}
