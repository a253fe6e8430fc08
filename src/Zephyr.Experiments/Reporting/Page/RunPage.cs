namespace Zephyr.Experiments.Reporting.Page;

/// <summary>The page of one run: the report stage's own page with what only the run knows.</summary>
public static class RunPage
{
    /// <summary>Comment before the picture of the pipeline.</summary>
    internal const string Begin = "zephyr:pipeline";

    /// <summary>Comment after the picture of the pipeline.</summary>
    internal const string End = "/zephyr:pipeline";
}
