using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Zephyr.Core;
using Zephyr.Core.Evaluation;
using Zephyr.Core.Evaluation.Preferences;
using Zephyr.Experiments.Reporting;
using Zephyr.Experiments.Reporting.Charts;
using Zephyr.Experiments.Reporting.Page;
using static Zephyr.Experiments.Tests.Reporting.InventedReport;

namespace Zephyr.Experiments.Tests.Reporting;

public sealed partial class HtmlReportTests
{
    [Fact]
    public void The_page_is_one_well_formed_file_with_its_sections_in_order()
    {
        var html = HtmlReport.Render(Sample());
        html.ShouldStartWith("<!DOCTYPE html>\n<html lang=\"en\">");
        var page = Parse(html);
        page.Descendants("link").ShouldBeEmpty();
        page.Descendants("img").ShouldBeEmpty();
        string[] ids = ["results", "skills", "judges", "samples", "paper", "training", "data", "pipeline", "tried", "settings"];
        page.Descendants("section").Select(Id).ShouldBe(ids);
        page.Descendants("nav").Single().Elements("a").Select(link => link.Attribute("href")!.Value).ShouldBe(ids.Select(id => "#" + id));
        // An empty element that HTML does not know as empty would swallow what follows it.
        page.Descendants().Where(e => e.IsEmpty).Select(e => e.Name.LocalName).Distinct().Order().ShouldBe(["input", "meta", "path", "rect"]);
        page.Descendants().Attributes("id").Select(id => id.Value).ShouldBeUnique();
    }

    [Fact]
    public void The_security_policy_names_every_script_by_the_hash_of_its_text_and_allows_nothing_else()
    {
        var html = HtmlReport.Render(Sample());
        var policy = Parse(html).Descendants("meta").Single(meta => meta.Attribute("http-equiv") is not null).Attribute("content")!.Value.Split("; ");
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("base-uri 'none'");
        // As a browser sees them: everything between the tags, comments included.
        string Hashes(Regex element) => string.Join(' ', element.Matches(html).Select(match =>
            $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(match.Groups["text"].Value)))}'"));
        policy.ShouldContain("script-src " + Hashes(Script()));
        policy.ShouldContain("style-src " + Hashes(Style()));
        Script().Count(html).ShouldBe(3);
        // A style attribute or an inline handler would be refused by the policy, and so must not be there.
        var attributes = Parse(html).Descendants().Attributes().Select(attribute => attribute.Name.LocalName).Distinct().ToList();
        attributes.ShouldNotContain("style");
        attributes.ShouldNotContain("src");
        attributes.ShouldNotContain(name => name.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void The_embedded_libraries_are_of_the_versions_in_the_key_and_bring_their_licences()
    {
        foreach (var library in ChartLibrary.Libraries)
        {
            ChartLibrary.Code(library)[..200].ShouldContain($"v{library.Version}\n");
            ChartLibrary.License(library).ShouldContain("MIT");
        }

        var licences = Parse(HtmlReport.Render(Sample())).Descendants("pre").Select(text => text.Value).ToList();
        licences.ShouldBe(ChartLibrary.Libraries.Select(ChartLibrary.License));
    }

    [Fact]
    public void The_same_data_give_the_same_bytes() => HtmlReport.Render(Sample()).ShouldBe(HtmlReport.Render(Sample()));

    // An attribute could not hold half a surrogate pair.
    public static TheoryData<string, string> HostileTexts { get; } = new()
    {
        { "<script>alert('x')</script> & \"\0\u001b[31m\ud800 ]]>", "<script>alert('x')</script> & \"\uFFFD\uFFFD[31m\uFFFD ]]>" },
        { "</script><img src=x onerror=alert(1)>\u2028\u2029", "</script><img src=x onerror=alert(1)>\u2028\u2029" },
        { "--><!--zephyr:pipeline--></p></section>", "--><!--zephyr:pipeline--></p></section>" },
    };

    [Theory]
    [MemberData(nameof(HostileTexts), DisableDiscoveryEnumeration = true)]
    public void What_a_model_writes_or_a_file_is_called_stays_text_everywhere(string evil, string shown)
    {
        var data = Hostile(evil);
        var html = HtmlReport.Render(data);
        var page = Parse(html);
        page.Descendants("script").Count().ShouldBe(4);
        page.Descendants("img").ShouldBeEmpty();
        html.Split("<!--zephyr:pipeline-->").Length.ShouldBe(2);
        // What no page can hold is shown as the replacement character.
        page.Descendants("h1").Single().Value.ShouldBe(shown);
        page.Descendants("p").ShouldContain(p => p.Value == shown);
        page.Descendants("code").ShouldContain(code => code.Value == shown);
        page.Descendants("td").ShouldContain(td => td.Value == shown);
        // In the data of the charts too: no character of it can end the element, whatever reads it.
        var chartData = page.Descendants("script").Single(script => script.Attribute("id") is not null).Value;
        chartData.ShouldAllBe(c => c >= ' ' && c < 127 && c != '<' && c != '>' && c != '&');
        using var json = JsonDocument.Parse(chartData);
        json.RootElement.GetProperty("skill-scores").GetProperty("labels").EnumerateArray().Select(label => label.GetString()!)
            .ShouldContain(label => label == evil.Replace('\ud800', '\uFFFD'));
    }

    [Fact]
    public void The_figures_read_back_as_they_were()
    {
        var rows = Rows(Parse(HtmlReport.Render(Sample())).Descendants("section").Single(s => Id(s) == "results"));
        rows[1].ShouldBe(["dSFT", "3.40 [3.35, 3.45]", "–", "31.0% ± 1.5", "50.0%", "0.00", "20.0"]);
        rows[2].ShouldBe(["dDPO", "3.70 [3.65, 3.75]", "64.0% ± 1.5", "38.0% ± 1.5", "81.2%", "−1.25", "24.0"]);
        rows[^1][..2].ShouldBe(["reference", "4.80 [4.75, 4.85]"]);
    }

    [Theory]
    [InlineData(0.64, "dDPO beats dSFT")]
    [InlineData(0.52, "No clear difference")]
    [InlineData(0.30, "dDPO does worse than dSFT")]
    public void The_summary_claims_no_more_than_the_figures(double rate, string verdict) =>
        // With a standard error of 0.015, 0.52 lies inside 1.96 standard errors of one half.
        Parse(HtmlReport.Render(Sample(rate: rate))).Descendants("strong").First().Value.ShouldContain(verdict);

    [Fact]
    public void A_chart_keeps_every_step_and_its_table_the_ends_and_all_evaluations()
    {
        var page = Parse(HtmlReport.Render(Sample()));
        var loss = ChartData(page).GetProperty("dsft-loss").GetProperty("series");
        loss[0].GetProperty("x").GetArrayLength().ShouldBe(400);
        loss[0].GetProperty("y").GetArrayLength().ShouldBe(400);
        loss[1].GetProperty("x").EnumerateArray().Select(step => step.GetInt32()).ShouldBe([100, 200, 300, 400]);
        loss[1].GetProperty("y")[0].GetDouble().ShouldBe(2.1);
        var rows = Rows(page.Descendants("figure").Single(figure => Id(figure) == "dsft-loss"));
        rows[0][0].ShouldBe("1");
        rows[^1].ShouldBe(["400", rows[^1][1], "2.4"]);
        rows.Select(row => row[2]).Where(text => text.Length > 0).ShouldBe(["2.1", "2.2", "2.3", "2.4"]);
        rows.Count.ShouldBeInRange(24, 28);
    }

    [Fact]
    public void A_long_curve_becomes_means_over_stretches_that_end_where_it_ends()
    {
        // 4,501 steps in stretches of four: 1,126 points, the last stretch with one.
        var data = Sample() with { Training = [new TrainingCurves("dsft", [new MetricSeries("loss", [.. Enumerable.Range(1, 4501).Select(i => new MetricPoint(i, i))])])] };
        var series = ChartData(Parse(HtmlReport.Render(data))).GetProperty("dsft-loss").GetProperty("series")[0];
        var (x, y) = (series.GetProperty("x"), series.GetProperty("y"));
        x.GetArrayLength().ShouldBe(1126);
        (x[0].GetDouble(), y[0].GetDouble()).ShouldBe((4, 2.5));
        (x[1125].GetDouble(), y[1125].GetDouble()).ShouldBe((4501, 4501));
    }

    [Fact]
    public void Rows_stand_with_what_was_dropped_and_why()
    {
        var data = Sample() with
        {
            Counts =
            [
                new("download", "prompts", 200), new("download", "pairs", 60), new("download", "pairs.ties_dropped", 9),
                new("tokenize", "sft", 190), new("tokenize", "sft.tokens", 4000), new("tokenize", "sft.dropped", 10),
                new("tokenize", "sft.dropped.empty_completion", 7), new("tokenize", "sft.dropped.too_long", 3), new("tokenize", "sft.truncated", 2),
            ],
        };
        var section = Parse(HtmlReport.Render(data)).Descendants("section").Single(s => Id(s) == "data");
        Rows(section.Elements("div").Single()).ShouldBe(
        [
            ["download", "pairs", "60", "9", "9 ties", "–"],
            ["tokenize", "sft", "190", "10", "7 empty completion, 3 too long", "2"],
        ]);
        Rows(section.Elements("details").Single()).ShouldBe([["download", "prompts", "200"], ["tokenize", "sft.tokens", "4,000"]]);
    }

    [Fact]
    public void The_report_says_plainly_when_nothing_is_known_of_the_judges()
    {
        string Text(ReportData data) => Section(Parse(HtmlReport.Render(data)), "judges").Elements("p").Last().Value;
        Text(Sample()).ShouldBe("There are no figures of how far judges agree or how far the order of answers sways them. The only judge here is rubric, which rated each answer once and by itself. "
            + "The sections mt_bench and alpaca_eval of an experiment bring them.");
        var bench = new MtBenchFigures("ddpo", 5, 5, 5, null, null, 4, 0, ["j"], []);
        var alpaca = new AlpacaEvalFigures("ddpo", "b", 50, 1, null, 4, 10);
        Text(Sample() with { MtBench = [bench] }).ShouldBe(
            "MT-Bench was judged once, by one judge: mt_bench.second_judge or mt_bench.repeat would tell how far its ratings hold. There are no figures of position bias: MT-Bench's judge sees one answer at a time.");
        Text(Sample() with { AlpacaEval = [alpaca] }).ShouldBe(
            "There are no figures of agreement: only MT-Bench's ratings give them. AlpacaEval's pairs were judged in one order: alpaca_eval.both_orders would tell how many verdicts flip.");
    }

    [Fact]
    public void Agreement_and_position_bias_of_judges_read_back_as_they_were()
    {
        // Ratings 1 1 2 3 beside 1 2 2 3: three of four equal; chance gives (2*1 + 1*2 + 1*1) / 16 = 5/16, kappa = 1 - (1/4) / (11/16) = 7/11.
        var agreement = new StoredAgreement(JudgmentFormat.MtBench, 0, 0, 0, RaterAgreement.Of([new(1, 1, 1), new(2, 1, 2), new(3, 2, 2), new(4, 3, 3)], 1));
        var position = new StoredPositions(JudgmentFormat.AlpacaEval, 0, 0, PositionBias.Of([new(Verdict.First, Verdict.First), new(Verdict.First, Verdict.Second)], 1));
        var folder = Directory.CreateTempSubdirectory("zephyr-judges-").FullName;
        try
        {
            var (bench, alpaca) = (Path.Combine(folder, "mt-bench.json"), Path.Combine(folder, "alpaca-eval.json"));
            File.WriteAllText(bench, $$$"""{"models": {"dsft": {"judges": ["j"]}, "ddpo": {"judges": ["j"], "second_judge": {"judge": "<k>"}, "agreement": {{{agreement.ToJson().ToJsonString()}}}, "repeat_agreement": null} } }""");
            File.WriteAllText(alpaca, $$$"""
                {"models": {
                  "dsft": {"annotator": "a", "first_position": {"mean": 0.625, "low": 0.5, "high": 0.75, "count": 8}},
                  "ddpo": {"annotator": "a", "position": {{{position.ToJson().ToJsonString()}}} } } }
                """);
            IReadOnlyList<JudgeFigures> judges = [.. JudgeFigures.Read(bench), .. JudgeFigures.Read(alpaca)];
            judges.Select(judge => judge.Model).ShouldBe(["ddpo", "dsft", "ddpo"]);
            var section = Section(Parse(HtmlReport.Render(Sample() with { Judges = judges, AlpacaEval = [new("ddpo", "b", 50, 1, null, 4, 10)] })), "judges");
            var tables = section.Elements("div").Select(Rows).ToList();
            var row = tables[0].ShouldHaveSingleItem();
            row[..5].ShouldBe(["dDPO, MT-Bench", "j and <k>", "4", "75.0%", "100.0%"]);
            row[5].ShouldStartWith("0.64 [");
            row[^1].ShouldBe("−0.25");
            tables[1][0].ShouldBe(["dSFT, AlpacaEval", "a", "8", "–", "–", "–", "62.5% [50.0%, 75.0%]"]);
            tables[1][1][..6].ShouldBe(["dDPO, AlpacaEval", "a", "2", "50.0%", "50.0%", "100.0%"]);
            tables[1][1][6].ShouldStartWith("75.0% [");
            File.WriteAllText(bench, """{"models": {"ddpo": {"agreement": {"format": "mt_bench"}}}}""");
            Should.Throw<ZephyrException>(() => JudgeFigures.Read(bench)).Message.ShouldContain("--force");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void MtBench_stands_by_category_and_turn_beside_the_published_scores()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """
                {"models": {
                  "dsft": {"turn_1": 4.5, "turn_2": null, "average": 4.5, "count": 2, "categories": {"math": 4, "writing": 5}, "confidence_interval_95": [4, 5], "dropped": 1, "judges": ["rubric"]},
                  "ddpo": {"turn_1": 6, "turn_2": 5, "average": 5.5, "count": 4, "categories": {"math": 5, "writing": null}}}}
                """);
            var page = Parse(HtmlReport.Render(Sample() with { MtBench = MtBenchFigures.Read(file) }));
            var section = page.Descendants("section").Single(s => Id(s) == "mt-bench");
            Rows(section.Elements("div").Last()).ShouldBe(
            [
                ["dSFT", "4.50", "–", "4.50", "4.00 to 5.00", "2"],
                ["dDPO", "6.00", "5.00", "5.50", "–", "4"],
                ["published: zephyr-7b-beta", "–", "–", "7.34", "–", "–"],
                ["published: zephyr-7b-dpo-full", "7.81", "7.32", "7.57", "–", "–"],
            ]);
            section.Elements("p").Last().Value.ShouldContain("judged here by rubric");
            section.Elements("p").Last().Value.ShouldContain("1 judgments without a rating");
            var radar = ChartData(page).GetProperty("mt-bench-categories");
            radar.GetProperty("labels").EnumerateArray().Select(label => label.GetString()).ShouldBe(["math", "writing"]);
            radar.GetProperty("series")[1].GetProperty("y")[1].ValueKind.ShouldBe(JsonValueKind.Null);
            page.Descendants("dt").Select(tile => tile.Value).ShouldContain("MT-Bench of dDPO");
            Rows(page.Descendants("section").Single(s => Id(s) == "paper"))[^1].ShouldBe(["dDPO + dSFT", "7.00", "86.07", "3.70", "38.0%", "5.50"]);

            File.WriteAllText(file, """{"models": {"ddpo": {"turn_1": "six"}}}""");
            Should.Throw<Zephyr.Core.ZephyrException>(() => MtBenchFigures.Read(file)).Message.ShouldContain(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void AlpacaEval_stands_beside_the_published_win_rates()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """
                {"models": {"ddpo": {"win_rate": 12.5, "standard_error": 1.25, "n_total": 8, "n_wins": 1, "n_wins_base": 7, "n_draws": 0, "avg_length": 40, "length_controlled_winrate": null, "baseline": "dsft"}}}
                """);
            var page = Parse(HtmlReport.Render(Sample() with { AlpacaEval = AlpacaEvalFigures.Read(file) }));
            Rows(page.Descendants("section").Single(s => Id(s) == "alpaca-eval")).ShouldBe(
            [
                ["dDPO", "dsft", "12.50 ± 1.25", "–", "8", "40"],
                ["published: zephyr-7b-beta, 1.0", "text_davinci_003", "90.60", "76.29", "805", "1444"],
                ["published: zephyr-7b-beta, 2.0", "gpt4_turbo", "10.99", "13.20", "805", "1444"],
            ]);

            File.WriteAllText(file, """{"models": {"ddpo": {}}}""");
            Should.Throw<Zephyr.Core.ZephyrException>(() => AlpacaEvalFigures.Read(file)).Message.ShouldContain(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Preferences_stand_by_source_and_length_with_their_biases()
    {
        // Source a: margins 1 and -1, one of two right; source b: one right. The longer answer of each pair has 20 tokens.
        var analysis = PairAnalysis.Of([new(1, 20, 10, "a"), new(-1, 10, 20, "a"), new(2, 20, 5, "b")], LengthUnit.Tokens);
        var data = Sample();
        var models = data.Evaluation.Models.Select(model => model.Name == ModelNames.Ddpo ? model with { Preferences = model.Preferences! with { Analysis = analysis } } : model).ToList();
        var page = Parse(HtmlReport.Render(data with { Evaluation = data.Evaluation with { Models = models } }));
        var charts = ChartData(page);
        var sources = charts.GetProperty("pairs-by-source");
        sources.GetProperty("labels").EnumerateArray().Select(label => label.GetString()).ShouldBe(["a (2)", "b (1)"]);
        sources.GetProperty("series")[0].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([0.5, 1]);
        charts.GetProperty("pairs-by-length").GetProperty("labels")[0].GetString().ShouldBe("16-31 (3)");
        var rows = Rows(page.Descendants("section").Single(s => Id(s) == "preferences").Elements("div").Last());
        rows[0].ShouldBe(["pairs", "3"]);
        rows.ShouldContain(row => row[0] == "longer answer has the higher reward" && row[1].StartsWith("100.0% ["));
        rows.ShouldContain(row => row[0] == "longer answer is the chosen one" && row[1].StartsWith("66.7% ["));
    }

    [Fact]
    public void Settings_that_were_set_come_before_the_defaults_and_say_where()
    {
        var section = Parse(HtmlReport.Render(Sample())).Descendants("section").Single(s => Id(s) == "settings");
        var tables = section.Elements("details").Select(Rows).ToList();
        tables[0].ShouldBe([["dsft.learning_rate", "0.001", "experiments/zephyr-tiny.yaml:14:18"], ["seed", "42", "--set seed=42"]]);
        tables[1].ShouldBe([["ddpo.beta", "0.1"]]);
    }

    [Fact]
    public void A_run_without_judge_and_curves_has_a_page_without_those_sections()
    {
        var data = Sample();
        var bare = data with
        {
            Evaluation = data.Evaluation with { Judge = "none", Prompts = 0, ReferenceScore = null, Examples = [], Models = [new(ModelNames.Ddpo, null, null, [], null, null, Preferences(0.7, 0.3), null)] },
            Training = [new TrainingCurves("dsft", [new MetricSeries("loss", [new MetricPoint(1, double.NaN)])])],
            Tried = null,
        };
        var page = Parse(HtmlReport.Render(bare));
        page.Descendants("section").Select(Id).ShouldBe(["results", "judges", "paper", "data", "pipeline", "settings"]);
        page.Descendants("p").First().Value.ShouldBe("On 500 held-out pairs dDPO ranks 70.0% as the preferences do, with a mean margin of 0.30.");
    }

    [Fact]
    public void The_markdown_table_has_the_same_cells()
    {
        var lines = ResultTable.Markdown(Sample().Evaluation).Split('\n');
        lines[1].ShouldBe("| :-- | --: | --: | --: | --: | --: | --: |");
        lines[4].ShouldBe("| dDPO | 3.70 [3.65, 3.75] | 64.0% ± 1.5 | 38.0% ± 1.5 | 81.2% | −1.25 | 24.0 |");
    }

    [Fact]
    public void The_file_is_written_whole()
    {
        var folder = Directory.CreateTempSubdirectory("zephyr-report-").FullName;
        try
        {
            var path = Path.Combine(folder, "deep", "report.html");
            HtmlReport.Write(Sample(), path);
            File.ReadAllText(path).ShouldBe(HtmlReport.Render(Sample()));
            Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldHaveSingleItem();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static XElement Section(XDocument page, string id) => page.Descendants("section").Single(section => Id(section) == id);

    private static string Id(XElement element) => element.Attribute("id")?.Value ?? "";

    private static List<List<string>> Rows(XElement element) =>
        [.. element.Descendants("tbody").First().Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToList())];

    private static JsonElement ChartData(XDocument page)
    {
        using var json = JsonDocument.Parse(page.Descendants("script").Single(script => Id(script) == "chart-data").Value);
        return json.RootElement.Clone();
    }

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    [GeneratedRegex("<script>(?<text>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(?<text>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Style();
}
