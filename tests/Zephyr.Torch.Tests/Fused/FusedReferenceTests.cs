using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>Against PyTorch in float64, from tests/reference/make_fused_references.py.</summary>
public sealed class FusedReferenceTests
{
    private static readonly JsonElement References = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fused", "fused-references.json"))).RootElement;

    [Theory]
    [InlineData("attention", null, false)]
    [InlineData("attention_window_documents", 3, true)]
    public void Attention_matches(string name, int? window, bool documents)
    {
        using var scope = NewDisposeScope();
        var starts = documents ? tensor((int[])[0, 0, 0, 0, 0, 5, 5, 5, 8], [1, 9]) : null;
        var layout = new AttentionLayout(starts, window, 1 / Math.Sqrt(8));
        Check(name, x => Torch.Fused.Attention(x["q"], x["k"], x["v"], layout));
        Check(name, x => Composed.Attention(x["q"], x["k"], x["v"], layout));
    }

    [Fact]
    public void RmsNorm_matches()
    {
        using var scope = NewDisposeScope();
        Check("rms_norm", x => Torch.Fused.RmsNorm(x["x"], x["weight"], 1e-5));
        Check("rms_norm", x => Composed.RmsNorm(x["x"], x["weight"], 1e-5));
    }

    [Fact]
    public void Rope_matches()
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = (Read(References.GetProperty("rope").GetProperty("cos")), Read(References.GetProperty("rope").GetProperty("sin")));
        var positions = tensor((long[])[0, 3, 7, 1], [1, 4]);
        Check("rope", x => Torch.Fused.Rope(x["x"], cos, sin, positions));
        Check("rope", x => Composed.Rope(x["x"], cos, sin, positions));
    }

    [Fact]
    public void Cross_entropy_matches()
    {
        using var scope = NewDisposeScope();
        var labels = tensor((long[])[3, -100, 0, 6, -100, 3]);
        Check("cross_entropy", x => Torch.Fused.LinearCrossEntropy(x["hidden"], x["weight"], labels).Loss);
        Check("cross_entropy", x => Composed.LinearCrossEntropy(x["hidden"], x["weight"], labels).Loss);
        // The same numbers as one row's log-probability, with the sign turned.
        Check("cross_entropy", x => Torch.Fused.CompletionLogProbs(x["hidden"].unsqueeze(0), x["weight"], labels.unsqueeze(0)).squeeze() * -1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ten_clipped_AdamW_steps_match(bool clipInStep)
    {
        using var scope = NewDisposeScope();
        var reference = References.GetProperty("adamw");
        var weights = reference.GetProperty("start").EnumerateArray().Select(Read).Select(weight => weight.requires_grad_()).ToArray();
        using var optimizer = new FusedAdamW([new([new("a", weights[0])], 0.1), new([new("b", weights[1])], 0)], 0.9, 0.95, 1e-8);
        var step = 0;
        foreach (var gradients in reference.GetProperty("gradients").EnumerateArray())
        {
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i].grad = Read(gradients[i]);
            }

            var rate = 0.01 * (step + 1) / 10;
            double norm;
            if (clipInStep)
            {
                norm = optimizer.Step(rate, maxNorm: 2).ShouldNotBeNull();
            }
            else
            {
                norm = Torch.Fused.ClipGradNorm(weights, 2);
                optimizer.Step(rate).ShouldBeNull();
            }

            norm.ShouldBe(reference.GetProperty("norms")[step].GetDouble(), 1e-6 * norm);
            step++;
        }

        optimizer.StepCount.ShouldBe(10);
        for (var i = 0; i < weights.Length; i++)
        {
            Comparison.Error(weights[i], Read(reference.GetProperty("end")[i])).ShouldBeLessThan(1e-6);
        }
    }

    private static void Check(string name, Func<IReadOnlyDictionary<string, Tensor>, Tensor> operation)
    {
        var reference = References.GetProperty(name);
        var inputs = reference.GetProperty("inputs").EnumerateObject()
            .ToDictionary(input => input.Name, input => Read(input.Value).requires_grad_(), StringComparer.Ordinal);
        var result = operation(inputs);
        Comparison.Error(result, Read(reference.GetProperty("outputs")[0])).ShouldBeLessThan(1e-6, name);
        (result * Read(reference.GetProperty("upstream")[0])).sum().backward();
        foreach (var gradient in reference.GetProperty("gradients").EnumerateObject())
        {
            Comparison.Error(inputs[gradient.Name].grad!, Read(gradient.Value)).ShouldBeLessThan(2e-6, $"gradient of {gradient.Name} in {name}");
        }
    }

    private static Tensor Read(JsonElement json)
    {
        var values = json.GetProperty("values").EnumerateArray().Select(value => (float)value.GetDouble()).ToArray();
        return tensor(values, [.. json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())]);
    }
}
