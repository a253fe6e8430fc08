using System.Xml.Linq;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Reporting.Page.HtmlText;

namespace Zephyr.Experiments.Reporting.Sections;

/// <summary>Every setting with the place that set it: those somebody set, then the defaults.</summary>
internal static class SettingSection
{
    private const string Default = "default";

    /// <summary>Builds the section.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>The section; null when there are none.</returns>
    public static XElement? Build(IReadOnlyList<ReportSetting> settings)
    {
        // A long text, as that of what was tried, has its own section.
        var set = settings.Where(setting => setting.Origin != Default).ToList();
        var left = settings.Where(setting => setting.Origin == Default).ToList();
        return settings.Count == 0 ? null : Tables.Section("settings", "Settings",
            E("p.controls", E("label", "Find ", E("input", A("type", "search"), A("id", "find-setting"), A("placeholder", "ddpo.beta"), A("autocomplete", "off")))),
            set.Count == 0 ? null : E("details", A("open", "open"), E("summary", $"{Whole(set.Count)} set for this experiment"), Table(set, withOrigin: true)),
            left.Count == 0 ? null : E("details", E("summary", $"{Whole(left.Count)} left at their defaults"), Table(left, withOrigin: false)));
    }

    private static XElement Table(List<ReportSetting> settings, bool withOrigin) => Tables.Of(
        withOrigin ? ["setting", "value", "set in"] : ["setting", "value"],
        settings.Select(s => (IReadOnlyList<object?>)(withOrigin ? [E("code", s.Key), Value(s.Value), s.Origin] : [E("code", s.Key), Value(s.Value)])),
        1, 2);

    private static XElement Value(string value) => value.Contains('\n', StringComparison.Ordinal) && value.Length > 120
        ? E("details", E("summary", value[..60].ReplaceLineEndings(" ") + "…"), E("span.long", value))
        : E("span.long", value);
}
