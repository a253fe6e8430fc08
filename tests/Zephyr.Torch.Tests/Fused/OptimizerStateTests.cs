using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>Moments in 16 and 8 bits; the latter against tests/reference/make_optimizer_references.py.</summary>
public sealed class OptimizerStateTests
{
    private static readonly JsonElement s_reference = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fused", "optimizer-references.json"))).RootElement;

    [Fact]
    public void The_dynamic_maps_are_those_of_the_reference()
    {
        using var scope = NewDisposeScope();
        AdamWMoments.DynamicMap(isSigned: true).data<float>().ToArray().ShouldBe(Floats("signed_map"), 1e-7);
        AdamWMoments.DynamicMap(isSigned: false).data<float>().ToArray().ShouldBe(Floats("unsigned_map"), 1e-7);
    }

    [Fact]
    public void Steps_with_8_bit_moments_match_the_reference()
    {
        using var scope = NewDisposeScope();
        var weight = tensor(Floats("start")).requires_grad_();
        using var optimizer = new FusedAdamW(
            [new([new("w", weight)], s_reference.GetProperty("weight_decay").GetDouble())], states: OptimizerStateType.Int8);
        foreach (var gradient in s_reference.GetProperty("gradients").EnumerateArray())
        {
            weight.grad = tensor(gradient.EnumerateArray().Select(value => value.GetSingle()).ToArray());
            optimizer.Step(s_reference.GetProperty("learning_rate").GetDouble());
        }

        // A value that lies on the border of two codes may round the other way in float32; it then differs by one code.
        var (ours, expected) = (weight.data<float>().ToArray(), Floats("weight"));
        ours.Zip(expected).Count(pair => Math.Abs(pair.First - pair.Second) > 2e-6).ShouldBeLessThanOrEqualTo(3);
        ours.ShouldBe(expected, 0.01);
        var state = optimizer.NamedState.ToDictionary(tensor => tensor.Name, tensor => tensor.Value, StringComparer.Ordinal);
        state.Keys.ShouldBe(["w.exp_avg", "w.exp_avg_sq", "w.exp_avg.scales", "w.exp_avg_sq.scales"], ignoreOrder: true);
        Remembered(state, "w.exp_avg", isSigned: true).Zip(Floats("first_moment")).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-6).ShouldBeLessThanOrEqualTo(3);
        Remembered(state, "w.exp_avg_sq", isSigned: false).Zip(Floats("second_moment")).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-6).ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void A_bfloat16_second_moment_fades_although_each_change_is_below_its_step()
    {
        using var scope = NewDisposeScope();
        var weight = zeros([40000]).requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0)], states: OptimizerStateType.Bfloat16);
        weight.grad = ones([40000]);
        optimizer.Step(0.001);
        for (var step = 0; step < 500; step++)
        {
            weight.grad = zeros([40000]);
            optimizer.Step(0.001);
        }

        // 0.001 · 0.999^500 = 0.000606. Rounded to nearest it would still be 0.001: bfloat16 steps by 0.4 to 0.8%, a step changes it by 0.1%.
        // Each value strays by about sqrt(500) · 0.3 steps of 4e-6; the mean of 40,000 by a two-hundredth of that.
        var moment = optimizer.NamedState.Single(tensor => tensor.Name == "w.exp_avg_sq").Value.to_type(ScalarType.Float64);
        moment.mean().item<double>().ShouldBe(0.001 * Math.Pow(0.999, 500), 2e-6);
    }

    [Theory]
    [InlineData(OptimizerStateType.Bfloat16, ScalarType.BFloat16)]
    [InlineData(OptimizerStateType.Int8, ScalarType.BFloat16)]
    [InlineData(OptimizerStateType.Int8, ScalarType.Float32)]
    public void Small_states_repeat_and_resume_to_the_same_bits_and_come_as_near_to_the_minimum(OptimizerStateType states, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        var target = Comparison.Random(generator, type, 70, 900);
        var (straight, _, _) = Descend(target, states, 60, null, null);
        var (half, saved, steps) = Descend(target, states, 25, null, null);
        var (resumed, _, _) = Descend(target, states, 35, (half, saved), steps);
        resumed.equal(straight).ShouldBeTrue();

        // As near to the minimum as with float32 moments, give or take.
        var (exact, _, _) = Descend(target, OptimizerStateType.Float32, 60, null, null);
        Comparison.Error(straight, target).ShouldBe(Comparison.Error(exact, target), 0.005);
    }

    // Minimises |w - target|^2 / 2, whose gradient is w - target.
    private static (Tensor Weight, Dictionary<string, Tensor> State, long Steps) Descend(
        Tensor target, OptimizerStateType states, int steps, (Tensor Weight, Dictionary<string, Tensor> State)? start, long? stepCount)
    {
        var weight = (start?.Weight ?? zeros(target.shape, target.dtype)).clone().requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0)], states: states);
        if (start is { } from)
        {
            optimizer.Restore(from.State, stepCount!.Value);
        }

        for (var step = 0; step < steps; step++)
        {
            weight.grad = weight.detach() - target;
            optimizer.Step(0.3 * Math.Pow(0.93, optimizer.StepCount));
        }

        return (weight.detach(), optimizer.NamedState.ToDictionary(tensor => tensor.Name, tensor => tensor.Value.clone(), StringComparer.Ordinal), optimizer.StepCount);
    }

    private static float[] Remembered(Dictionary<string, Tensor> state, string name, bool isSigned)
    {
        var map = AdamWMoments.DynamicMap(isSigned).data<float>().ToArray();
        var (codes, scales) = (state[name].data<byte>().ToArray(), state[name + ".scales"].data<float>().ToArray());
        return [.. codes.Select((code, index) => map[code] * scales[index / 256])];
    }

    private static float[] Floats(string name) => [.. s_reference.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];
}
