namespace Zephyr.Experiments.Reporting.Charts;

/// <summary>What a chart looks like.</summary>
internal enum ChartKind
{
    /// <summary>Lines over the steps of a training.</summary>
    Line,

    /// <summary>One spoke a label, one outline a series.</summary>
    Radar,

    /// <summary>Groups of bars, one group a label.</summary>
    Bar,
}

/// <summary>A chart as data; <c>report.js</c> draws it and <see cref="ChartFigure"/> puts its figures into a table as well.</summary>
/// <param name="Id">Unique on the page: letters, digits and dashes.</param>
/// <param name="Kind">What it looks like.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Series">Its series; one without a finite figure is left out.</param>
internal sealed record Chart(string Id, ChartKind Kind, string Title, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>Names of the spokes or groups; empty for lines.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Where the scale begins; null to leave it to the figures.</summary>
    public double? Low { get; init; }

    /// <summary>Where the scale ends; null to leave it to the figures.</summary>
    public double? High { get; init; }

    /// <summary>Whether the figures are shares, shown as per cent.</summary>
    public bool Percent { get; init; }

    /// <summary>Whether the figures are exact and a running mean of them would say something wrong.</summary>
    public bool Exact { get; init; }

    /// <summary>A few words beside the heading; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the chart takes two columns where there is room.</summary>
    public bool Wide { get; init; }
}

/// <summary>One line, outline or set of bars.</summary>
/// <param name="Label">What it is called in the legend.</param>
/// <param name="Color">Name of its colour: one of the classes <c>c0</c> to <c>c5</c>.</param>
/// <param name="Y">Its figures; NaN where there is none.</param>
internal sealed record ChartSeries(string Label, string Color, IReadOnlyList<double> Y)
{
    /// <summary>Step of each figure, for lines.</summary>
    public IReadOnlyList<double> X { get; init; } = [];

    /// <summary>Whether the figures are few and shown as points, as evaluations are.</summary>
    public bool Dots { get; init; }
}
