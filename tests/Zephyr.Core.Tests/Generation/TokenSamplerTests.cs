using System.Text.Json;
using Zephyr.Core.Generation;
using Zephyr.Core.Randomness;

namespace Zephyr.Core.Tests.Generation;

public sealed class TokenSamplerTests
{
    [Fact]
    public void Every_option_gives_the_distribution_of_transformers()
    {
        // tests/reference/make_sampling_references.py
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "references", "sampling.json")));
        var cases = document.RootElement.EnumerateArray().ToList();
        cases.Count.ShouldBe(29);
        foreach (var item in cases)
        {
            var logits = item.GetProperty("logits").EnumerateArray().Select(value => value.GetSingle()).ToArray();
            var expected = item.GetProperty("probabilities").EnumerateArray().Select(value => value.GetDouble()).ToArray();
            var given = item.GetProperty("options");
            double Option(string name, double standard) => given.TryGetProperty(name, out var value) ? value.GetDouble() : standard;
            var options = new SamplingOptions
            {
                Temperature = Option("temperature", 1),
                TopK = (int)Option("top_k", 0),
                TopP = Option("top_p", 1),
                MinP = Option("min_p", 0),
                RepetitionPenalty = Option("repetition_penalty", 1),
            }.Checked();
            var history = new TokenHistory(item.GetProperty("ids").EnumerateArray().Select(value => value.GetInt32()));

            var weights = new TokenSampler(logits.Length).Weights(logits, options, history).ToArray();

            var total = weights.Sum(static weight => (double)weight);
            for (var i = 0; i < weights.Length; i++)
            {
                (weights[i] / total).ShouldBe(expected[i], 1e-6, $"{given} token {i}");
                (weights[i] > 0).ShouldBe(expected[i] > 0, $"{given} token {i}");
            }
        }
    }

    [Fact]
    public void Tokens_come_as_often_as_their_probabilities_say()
    {
        // Probabilities 1/2, 1/4, 1/8, 1/8 over 8,000 draws: standard deviation of the largest count sqrt(8000 / 4) = 45.
        float[] logits = [MathF.Log(4), MathF.Log(2), 0, 0];
        var random = new SeededRandom(7, "sample/0");
        var counts = new int[4];
        var sampler = new TokenSampler(4);
        for (var i = 0; i < 8000; i++)
        {
            counts[sampler.Pick(logits, new SamplingOptions { Temperature = 1 }, new TokenHistory([]), random, i)]++;
        }

        Math.Abs(counts[0] - 4000).ShouldBeLessThan(200);
        Math.Abs(counts[1] - 2000).ShouldBeLessThan(200);
        Math.Abs(counts[2] - 1000).ShouldBeLessThan(200);
    }

    [Fact]
    public void A_number_by_its_place_is_the_number_that_comes_there()
    {
        var stream = new SeededRandom(5, "x");
        for (ulong i = 0; i < 9; i++)
        {
            stream.DoubleAt(i).ShouldBe(stream.NextDouble());
        }
    }

    [Fact]
    public void Frequency_and_presence_penalties_count_the_answer_alone()
    {
        // Token 0 stands in the prompt only; token 1 once and token 2 twice in the answer.
        var history = new TokenHistory([0]);
        history.Add(1);
        history.Add(2);
        history.Add(2);
        var options = new SamplingOptions { Temperature = 1, FrequencyPenalty = 0.5, PresencePenalty = 1 };

        var weights = new TokenSampler(4).Weights([0, 0, 0, 0], options, history);

        weights[0].ShouldBe(1, 1e-6f);
        weights[1].ShouldBe(MathF.Exp(-1.5f), 1e-6f);
        weights[2].ShouldBe(MathF.Exp(-2), 1e-6f);
        weights[3].ShouldBe(1, 1e-6f);
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_tokens_and_heeds_penalties()
    {
        var sampler = new TokenSampler(3);
        var random = new SeededRandom(1, "x");
        sampler.Pick([1, 2, 2], new SamplingOptions(), new TokenHistory([]), random, 0).ShouldBe(1);
        sampler.Pick([1.5f, 2, 1], new SamplingOptions { RepetitionPenalty = 2 }, new TokenHistory([1]), random, 0).ShouldBe(0);
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_an_error()
    {
        var sampler = new TokenSampler(3);
        foreach (var options in (SamplingOptions[])[new(), new() { Temperature = 1, TopP = 0.5 }])
        {
            Should.Throw<ZephyrException>(() => sampler.Pick([1, float.NaN, 2], options, new TokenHistory([]), new SeededRandom(1, "x"), 0));
        }
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top_p")]
    [InlineData("top_k")]
    [InlineData("min_p")]
    [InlineData("repetition_penalty")]
    [InlineData("frequency_penalty")]
    [InlineData("presence_penalty")]
    [InlineData("max_tokens")]
    [InlineData("stop")]
    public void An_option_out_of_range_is_named(string option)
    {
        var wrong = option switch
        {
            "temperature" => new SamplingOptions { Temperature = -0.1 },
            "top_p" => new SamplingOptions { TopP = double.NaN },
            "top_k" => new SamplingOptions { TopK = -1 },
            "min_p" => new SamplingOptions { MinP = 1.1 },
            "repetition_penalty" => new SamplingOptions { RepetitionPenalty = 0 },
            "frequency_penalty" => new SamplingOptions { FrequencyPenalty = 3 },
            "presence_penalty" => new SamplingOptions { PresencePenalty = -3 },
            "max_tokens" => new SamplingOptions { MaxTokens = 0 },
            _ => new SamplingOptions { StopStrings = [""] },
        };

        Should.Throw<SamplingException>(wrong.Checked).Option.ShouldBe(option);
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_raw_distribution_likeliest_first()
    {
        // exp: 1, 2, 4, 1; sum 8.
        var found = TokenLogProbs.Of([0, MathF.Log(2), MathF.Log(4), 0], picked: 3, top: 3);

        found.Token.Id.ShouldBe(3);
        found.Token.LogProb.ShouldBe(Math.Log(1.0 / 8), 1e-6);
        found.Top.Select(token => token.Id).ShouldBe([2, 1, 0]);
        found.Top[0].LogProb.ShouldBe(Math.Log(0.5), 1e-6);
        TokenLogProbs.Of([0, 1], 1, 0).Top.ShouldBeEmpty();
    }
}
