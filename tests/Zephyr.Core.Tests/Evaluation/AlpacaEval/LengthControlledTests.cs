using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

public sealed class LengthControlledTests
{
    [Theory]
    [InlineData("OpenHermes-2.5-Mistral-7B.json")]
    [InlineData("vicuna-13b-v1.5.with_glm_preference.json")]
    public void Published_annotations_give_the_published_length_controlled_win_rate(string file)
    {
        var (annotations, difficulties, gamed) = Read(file);
        var controlled = LengthControlled.Of(annotations, difficulties, gamed);

        var published = Leaderboard.Row("weighted_alpaca_eval_gpt4_turbo", annotations[0].Model);
        controlled.WinRate.ShouldBe(published["length_controlled_winrate"], 0.02);
        controlled.IsCPublished.ShouldBeTrue();
        var weights = Leaderboard.Weights(annotations[0].Model);
        controlled.Coefficients.Length.ShouldBe(weights[0], 0.03);
        controlled.Coefficients.Difficulty.ShouldBe(weights[1], 0.03);
        controlled.Coefficients.Model.ShouldBe(weights[2], 0.01);
    }

    [Theory]
    [InlineData("OpenHermes-2.5-Mistral-7B.json")]
    [InlineData("vicuna-13b-v1.5.with_glm_preference.json")]
    public void Cross_validation_chooses_a_C_of_the_flat_part_of_the_curve(string file)
    {
        var (annotations, difficulties, gamed) = Read(file);
        var controlled = LengthControlled.Of(annotations, difficulties, gamed with { PublishedC = new Dictionary<string, double>() });

        var published = Leaderboard.Row("weighted_alpaca_eval_gpt4_turbo", annotations[0].Model);
        controlled.IsCPublished.ShouldBeFalse();
        controlled.C.ShouldBeInRange(2.7, 22);
        controlled.WinRate.ShouldBe(published["length_controlled_winrate"], 0.1);
    }

    [Fact]
    public void The_modelled_lengths_of_the_gamed_baselines_satisfy_what_their_published_coefficients_do()
    {
        var (annotations, difficulties, gamed) = Read("OpenHermes-2.5-Mistral-7B.json");
        int[] lengths = [.. annotations.Select(annotation => annotation.BaselineLength)];
        var concise = GamedLengths.Concise(lengths, difficulties, 1).ToList();
        var verbose = GamedLengths.Verbose(lengths, difficulties, 1).ToList();
        double[] ofConcise = Leaderboard.Weights("gpt4_1106_preview_concise"), ofVerbose = Leaderboard.Weights("gpt4_1106_preview_verbose");

        // The derivative by the model's coefficient is zero: predictions add up to wins, of 805 instructions.
        var own = Predicted(concise, ofConcise, ofConcise[2]);
        var other = Predicted(verbose, ofVerbose, ofVerbose[2]);
        own.Wins.ShouldBe(8.05 * Leaderboard.Row("weighted_alpaca_eval_gpt4_turbo", "gpt4_1106_preview_concise")["win_rate"], 0.01);
        other.Wins.ShouldBe(8.05 * Leaderboard.Row("weighted_alpaca_eval_gpt4_turbo", "gpt4_1106_preview_verbose")["win_rate"], 0.01);

        // Added over both fits, each on its own rows with weight 1 and on all gamed rows with weight 0.1, the judged sums are known.
        var all = Predicted([.. concise, .. verbose], ofConcise, 0);
        var both = Predicted([.. concise, .. verbose], ofVerbose, 0);
        (own.Length + other.Length + (0.1 * (all.Length + both.Length))).ShouldBe(1.2 * gamed.LengthSum, 0.02);
        (own.Difficulty + other.Difficulty + (0.1 * (all.Difficulty + both.Difficulty))).ShouldBe(1.2 * gamed.DifficultySum, 0.02);
    }

    [Fact]
    public void Annotations_against_another_baseline_are_refused()
    {
        var error = Should.Throw<ZephyrException>(() => LengthControlled.Of(
            [new AlpacaAnnotation("i", "text_davinci_003", 1, "m", 2, 1, 0)], [0], new GamedStatistics(0, 0, 0.1, new Dictionary<string, double>())));

        error.Message.ShouldContain("text_davinci_003");
    }

    [Fact]
    public void Annotations_that_do_not_cover_the_instructions_are_refused()
    {
        var error = Should.Throw<ZephyrException>(() => LengthControlled.Of(
            [new AlpacaAnnotation("i", "gpt4_1106_preview", 1, "m", 2, 1, 0)], [0, 1], new GamedStatistics(0, 0, 0.1, new Dictionary<string, double>())));

        error.Message.ShouldContain("1 annotations and difficulties of 2");
    }

    private static (double Length, double Difficulty, double Wins) Predicted(IReadOnlyList<FeatureRow> rows, double[] weights, double model)
    {
        double length = 0, difficulty = 0, wins = 0;
        foreach (var row in rows)
        {
            var probability = row.Mass / (1 + Math.Exp(-((weights[0] * row.Length) + (weights[1] * row.Difficulty) + model)));
            length += probability * row.Length;
            difficulty += probability * row.Difficulty;
            wins += probability;
        }

        return (length, difficulty, wins);
    }

    private static (IReadOnlyList<AlpacaAnnotation> Annotations, IReadOnlyList<double> Difficulties, GamedStatistics Gamed) Read(string file)
    {
        var folder = SharedData.Folder("alpaca-eval");
        return (
            AlpacaAnnotationFile.Read(Path.Combine(folder, "annotations_v2", file), AlpacaEvalVersion.Two),
            InstructionDifficulty.Read(Path.Combine(folder, "instruction_difficulty_recovered.csv")),
            GamedStatistics.Read(Path.Combine(folder, "gamed_sufficient_statistics_recovered.json")));
    }
}
