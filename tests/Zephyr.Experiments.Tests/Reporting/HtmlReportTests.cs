using System.Xml;
using System.Xml.Linq;
using Zephyr.Core.Evaluation;
using Zephyr.Core.World;
using Zephyr.Experiments.Reporting;

namespace Zephyr.Experiments.Tests.Reporting;

/// <summary>The figures in these tests are invented to test the page; they are results of nothing.</summary>
public sealed class HtmlReportTests
{
    [Fact]
    public void The_page_is_one_well_formed_file_that_loads_nothing()
    {
        var html = HtmlReport.Render(Data());
        html.ShouldStartWith("<!DOCTYPE html>\n<html lang=\"en\">");
        var page = Parse(html);
        page.Descendants("script").ShouldBeEmpty();
        page.Descendants("link").ShouldBeEmpty();
        page.Descendants("img").ShouldBeEmpty();
        html.ShouldNotContain("http");
        html.ShouldNotContain("url(");
        page.Descendants("section").Select(s => s.Attribute("id")!.Value)
            .ShouldBe(["results", "skills", "training", "paper", "samples", "tried", "pipeline", "counts", "settings"]);
        // An empty element that HTML does not know as empty would swallow what follows it.
        page.Descendants().Where(e => e.IsEmpty).Select(e => e.Name.LocalName).Distinct().Order().ShouldBe(["line", "meta", "path", "polyline", "rect"]);
    }

    [Fact]
    public void The_same_data_give_the_same_bytes() => HtmlReport.Render(Data()).ShouldBe(HtmlReport.Render(Data()));

    [Fact]
    public void What_a_model_writes_stays_text()
    {
        const string Evil = "<script>alert('x')</script> & \"\0\u001b[31m\ud800 ]]>";
        var html = HtmlReport.Render(Data(answer: Evil, tried: "<b>bold</b>"));
        var page = Parse(html);
        page.Descendants("script").ShouldBeEmpty();
        page.Descendants("b").ShouldNotContain(b => b.Value == "bold");
        // What no page can hold is shown as the replacement character.
        page.Descendants("p").ShouldContain(p => p.Value == "<script>alert('x')</script> & \"\uFFFD\uFFFD[31m\uFFFD ]]>");
    }

    [Fact]
    public void The_figures_read_back_as_they_were()
    {
        var rows = Parse(HtmlReport.Render(Data())).Descendants("section").Single(s => s.Attribute("id")!.Value == "results")
            .Descendants("tbody").Single().Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToList()).ToList();
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
        Parse(HtmlReport.Render(Data(rate: rate))).Descendants("strong").Single().Value.ShouldContain(verdict);

    [Fact]
    public void Curves_keep_their_ends_and_the_evaluation_points()
    {
        var loss = Parse(HtmlReport.Render(Data())).Descendants("figure").First(f => f.Element("figcaption")!.Value == "Loss");
        // 400 steps are averaged over stretches of 3; one polyline for training, one for the evaluations.
        loss.Descendants("polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length).ShouldBe([134, 4]);
        loss.Descendants("title").Select(title => title.Value).First().ShouldBe("held-out, step 100: 2.1");
        loss.Descendants("text").Last().Value.ShouldBe("step 400");
    }

    [Fact]
    public void A_run_without_judge_and_curves_has_a_page_without_those_sections()
    {
        var data = Data();
        var bare = data with
        {
            Evaluation = data.Evaluation with { Judge = "none", Prompts = 0, ReferenceScore = null, Examples = [], Models = [new(ModelNames.Ddpo, null, null, [], null, null, Preferences(0.7, 0.3), null)] },
            Training = [new TrainingCurves("dsft", [new MetricSeries("loss", [new MetricPoint(1, double.NaN)])])],
            Tried = null,
        };
        var page = Parse(HtmlReport.Render(bare));
        page.Descendants("section").Select(s => s.Attribute("id")!.Value).ShouldBe(["results", "paper", "pipeline", "counts", "settings"]);
        page.Descendants("p").First().Value.ShouldBe("On 500 held-out pairs dDPO ranks 70.0% as the preferences do, with a mean margin of 0.30.");
    }

    [Fact]
    public void The_markdown_table_has_the_same_cells()
    {
        var lines = ResultTable.Markdown(Data().Evaluation).Split('\n');
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
            HtmlReport.Write(Data(), path);
            File.ReadAllText(path).ShouldBe(HtmlReport.Render(Data()));
            Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldHaveSingleItem();
            if (Environment.GetEnvironmentVariable("ZEPHYR_REPORT_SAMPLE") is { Length: > 0 } sample)
            {
                File.Copy(path, sample, overwrite: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static PreferenceMetrics Preferences(double accuracy, double margin) => new(500, accuracy, margin, 0.1, 0.1 - margin, -40, -60, 0.6);

    private static ReportData Data(string answer = "The fox lives in the green wood.", string? tried = "Beta 0.5 kept the model too close to dSFT.\n\nA longer run helped.", double rate = 0.64)
    {
        string[] skills = ["arithmetic", "counting", "facts", "follow-up", "format", "honesty", "refusal", "rewriting", "sorting"];
        ScoreEstimate Score(double mean) => new(mean, 0.025, mean - 0.05, mean + 0.05, 1000);
        WinRate Wins(double share) => new(share, 0.015, 0, 0, 0);
        ModelResult Model(string name, double score, double? vsDsft, double vsReference, PreferenceMetrics? preferences, double tokens) => new(
            name, Score(score), new AspectMeans(score, score, score, score),
            [.. skills.Select((skill, i) => new SkillResult(skill, 110, Math.Clamp(score + ((i % 4) - 1.5) * 0.3, 1, 5), null))],
            vsDsft is { } v ? Wins(v) : null, Wins(vsReference), preferences, new AnswerLengths(tokens, tokens * 4, tokens, 96, 0.01));
        JudgedAnswer Answer(string model, string text, int points) => new(
            model, "p1", "facts", "Where does the fox Miro live? Answer in one sentence.", text, 9, model == ModelNames.Base, new RubricScores(points, points, points, points, "names the right place"));
        MetricSeries Curve(string name, Func<long, double> value, long every = 1) =>
            new(name, [.. Enumerable.Range(1, 400).Where(i => i % every == 0).Select(i => new MetricPoint(i, value(i)))]);
        var results = new EvaluationResults("rubric", 1000, 500, 96, 0.1,
            [
                Model(ModelNames.Base, 1.2, 0.02, 0.01, null, 96),
                Model(ModelNames.Dsft, 3.4, null, 0.31, Preferences(0.5, 0), 20),
                Model(ModelNames.Ddpo, 3.7, rate, 0.38, Preferences(0.812, -1.25), 24),
                Model(ModelNames.DdpoWithoutDsft, 1.9, 0.1, 0.05, Preferences(0.66, 0.4), 60),
            ],
            Score(4.8),
            [
                Answer(ModelNames.Base, "wood wood the the of fox fox wood the of of of", 1), Answer(ModelNames.Dsft, "Miro lives in a wood.", 3),
                Answer(ModelNames.Ddpo, answer, 4), Answer(ModelNames.Reference, "The fox Miro lives in the green wood.", 5),
            ]);
        return new ReportData("zephyr-tiny (figures invented for a test)", results,
            [
                new TrainingCurves("dsft", [Curve("loss", i => 2 + (4 * Math.Exp(-i / 60.0)) + (0.2 * Math.Sin(i * 1.7))), Curve("eval_loss", i => 2 + (i / 1000.0), 100), Curve("grad_norm", i => 1 + Math.Abs(Math.Sin(i)))]),
                new TrainingCurves("ddpo", [Curve("loss", i => 0.693 * Math.Exp(-i / 900.0)), Curve("rewards/margins", i => i / 300.0), Curve("rewards/accuracies", i => 1 - (0.5 * Math.Exp(-i / 90.0))), Curve("rewards/chosen", i => i / 900.0), Curve("rewards/rejected", i => -i / 450.0), Curve("grad_norm", i => 3 + Math.Cos(i))]),
            ],
            [new("tokenize", "rows.read", 20480), new("tokenize", "rows.truncated", 12), new("tokenize", "rows.dropped.empty_completion", 3)],
            [new("ddpo.beta", "0.1", "default"), new("dsft.learning_rate", "0.001", "experiments/zephyr-tiny.yaml:14:18"), new("seed", "42", "--set seed=42")],
            [
                new("download", []), new("tokenize", ["download"]), new("dsft", ["tokenize"]), new("reference", ["tokenize", "dsft"]),
                new("ddpo", ["tokenize", "dsft", "reference"]), new("evaluate", ["tokenize", "dsft", "ddpo"]), new("report", ["evaluate", "dsft"]),
            ],
            tried);
    }
}
