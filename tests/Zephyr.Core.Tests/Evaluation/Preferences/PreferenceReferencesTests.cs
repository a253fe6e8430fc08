using System.Text.Json;
using Zephyr.Core.Evaluation.Preferences;

namespace Zephyr.Core.Tests.Evaluation.Preferences;

/// <summary>Against scikit-learn and SciPy: tests/reference/make_preference_references.py.</summary>
public sealed class PreferenceReferencesTests
{
    private const double Tolerance = 1e-12;
    private static readonly JsonElement s_references = Read();

    [Fact]
    public void Intervals_of_shares_are_Wilsons()
    {
        foreach (var item in s_references.GetProperty("wilson").EnumerateArray())
        {
            var share = Proportion.Of(item.GetProperty("hits").GetDouble(), item.GetProperty("count").GetInt32())!;
            share.Low.ShouldBe(item.GetProperty("low").GetDouble(), Tolerance);
            share.High.ShouldBe(item.GetProperty("high").GetDouble(), Tolerance);
        }
    }

    [Fact]
    public void Pairs_have_the_references_correlations_calibration_and_length_bias()
    {
        foreach (var item in s_references.GetProperty("pairs").EnumerateArray())
        {
            var (margins, chosen, rejected) = (Doubles(item, "margins"), Doubles(item, "chosen"), Doubles(item, "rejected"));
            var pairs = margins.Select((margin, i) => new ScoredPair(margin, (int)chosen[i], (int)rejected[i])).ToList();

            var figures = PairAnalysis.Of(pairs, LengthUnit.Tokens);

            figures.Overall.MarginStandardError!.Value.ShouldBe(item.GetProperty("margin_standard_error").GetDouble(), Tolerance);
            var bias = figures.LengthBias!;
            new[] { bias.Pearson!.Value, bias.Pearson.Low!.Value, bias.Pearson.High!.Value }.ShouldBe(Doubles(item, "pearson"), Tolerance);
            bias.Spearman!.Value.ShouldBe(item.GetProperty("spearman").GetDouble(), Tolerance);
            var longer = Doubles(item, "longer_preferred");
            (bias.LongerPreferred!.Rate, bias.LongerPreferred.Count).ShouldBe((longer[0] / longer[1], (int)longer[1]));
            var calibration = figures.Calibration;
            calibration.BrierScore.ShouldBe(item.GetProperty("brier").GetDouble(), Tolerance);
            calibration.LogLoss.ShouldBe(item.GetProperty("log_loss").GetDouble(), Tolerance);
            calibration.ExpectedError.ShouldBe(item.GetProperty("expected_calibration_error").GetDouble(), Tolerance);
            calibration.MaximumError.ShouldBe(item.GetProperty("maximum_calibration_error").GetDouble(), Tolerance);
            calibration.Bins.SelectMany(bin => new[] { bin.Observed.Count, bin.Confidence, bin.Observed.Rate })
                .ShouldBe(item.GetProperty("bins").EnumerateArray().SelectMany(bin => bin.EnumerateArray().Select(value => value.GetDouble())), Tolerance);
        }
    }

    [Fact]
    public void Judges_have_the_references_kappas_and_correlations()
    {
        foreach (var item in s_references.GetProperty("ratings").EnumerateArray())
        {
            var second = Doubles(item, "second");
            var agreement = RaterAgreement.Of([.. Doubles(item, "first").Select((first, i) => new RatedTwice(i, first, second[i]))], seed: 1);

            agreement.Kappa!.Value.ShouldBe(item.GetProperty("kappa").GetDouble(), Tolerance);
            agreement.LinearKappa!.Value.ShouldBe(item.GetProperty("linear").GetDouble(), Tolerance);
            agreement.QuadraticKappa!.Value.ShouldBe(item.GetProperty("quadratic").GetDouble(), Tolerance);
            agreement.Pearson!.Value.ShouldBe(item.GetProperty("pearson").GetDouble(), Tolerance);
            agreement.Spearman!.Value.ShouldBe(item.GetProperty("spearman").GetDouble(), Tolerance);
            agreement.Kappa.Low.ShouldBeLessThan(agreement.Kappa.Value);
            agreement.Kappa.High.ShouldBeGreaterThan(agreement.Kappa.Value);
        }
    }

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "references", "preferences.json")));
        return document.RootElement.Clone();
    }

    private static double[] Doubles(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
