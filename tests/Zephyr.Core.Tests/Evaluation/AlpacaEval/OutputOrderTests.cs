using System.Text.Json;
using Zephyr.Core.Evaluation.AlpacaEval;

namespace Zephyr.Core.Tests.Evaluation.AlpacaEval;

public sealed class OutputOrderTests
{
    // [random.Random(f"seed{i}").choices([False, True])[0] + 0 for i in range(32)] of CPython 3.11.
    [Fact]
    public void The_coin_falls_as_in_Python() =>
        string.Concat(Enumerable.Range(0, 32).Select(i => PythonChoice.Toss($"seed{i}") ? '1' : '0')).ShouldBe("10010111010010111000110001100000");

    [Fact]
    public void Seeds_of_any_length_are_taken() =>
        new[] { "", "a", "is_switched_outputsü0", new string('x', 5000) }.Select(PythonChoice.Toss).ShouldBe([true, false, true, true]);

    [Theory]
    [InlineData("OpenHermes-2.5-Mistral-7B.json", 802)]
    [InlineData("vicuna-13b-v1.5.with_glm_preference.json", 801)]
    public void Order_and_probabilities_give_the_published_preferences(string file, int judged)
    {
        var reading = new TokenPreference("m", ["m", "M"], IsBinary: false);
        using var rows = JsonDocument.Parse(File.ReadAllBytes(SharedData.Folder($"alpaca-eval/annotations_v2/{file}")));
        var compared = 0;
        foreach (var row in rows.RootElement.EnumerateArray())
        {
            var raw = row.GetProperty("raw_completion");
            if (raw.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var likeliest = raw.GetProperty("logprobs").GetProperty("content")[0].GetProperty("top_logprobs").EnumerateArray()
                .Select(static chance => (chance.GetProperty("token").GetString()!, chance.GetProperty("logprob").GetDouble())).ToList();
            var isSwitched = OutputOrder.IsSwitched(row.GetProperty("instruction").GetString()!, 0);
            if (reading.Of(likeliest) is { } preference)
            {
                OutputOrder.Unswitch(preference, isSwitched).ShouldBe(row.GetProperty("preference").GetDouble(), 1e-9);
                compared++;
            }
        }

        compared.ShouldBe(judged);
    }

    [Fact]
    public void A_preference_is_two_less_the_share_of_the_first_answer()
    {
        var reading = new TokenPreference("m", ["m", "M"], IsBinary: false);

        // 0.6 / (0.6 + 0.2) = 0.75.
        reading.Of([("m", Math.Log(0.6)), ("M", Math.Log(0.2)), ("The", Math.Log(0.1))])!.Value.ShouldBe(1.25, 1e-12);
        reading.Of([("M", -0.001), ("x", -7)]).ShouldBe(2);
        reading.Of([("m", -2000)]).ShouldBe(1);
        reading.Of([("m", -2000), ("M", -2000)])!.Value.ShouldBe(1.5, 1e-12);
        reading.Of([("x", -0.1)]).ShouldBeNull();
        reading.Of([]).ShouldBeNull();
        var binary = reading with { IsBinary = true };
        (binary.Of([("m", -1), ("M", -0.9)]), binary.Of([("m", -0.9), ("M", -1)])).ShouldBe((2, 1));
        (OutputOrder.Unswitch(1.25, true), OutputOrder.Unswitch(1.25, false)).ShouldBe((1.75, 1.25));
    }
}
