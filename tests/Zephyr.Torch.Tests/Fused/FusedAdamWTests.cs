using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

public sealed class FusedAdamWTests
{
    [Fact]
    public void Bfloat16_weights_move_by_less_than_their_own_resolution()
    {
        using var scope = NewDisposeScope();
        // At 1.0 bfloat16 steps by 2⁻⁷ = 0.0078. Twenty steps of 0.001 are lost without a master; with one they add up to 0.02.
        var weight = ones([4], ScalarType.BFloat16).requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0)]);
        for (var i = 0; i < 20; i++)
        {
            weight.grad = ones([4], ScalarType.BFloat16);
            optimizer.Step(0.001);
        }

        var master = optimizer.NamedState[0];
        master.Name.ShouldBe("w.master");
        master.Value.data<float>()[0].ShouldBe(0.98f, 1e-4f);
        weight.to_type(ScalarType.Float32).data<float>()[0].ShouldBe(0.98f, 0.004f);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Restored_state_continues_to_the_same_bits(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(12);
        var weight = Comparison.Random(generator, type, 50, 700).requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0.1)]);
        Train(optimizer, weight, 3, seed: 1);
        var saved = optimizer.NamedState.ToDictionary(state => state.Name, state => state.Value.clone(), StringComparer.Ordinal);
        var start = weight.detach().clone();
        Train(optimizer, weight, 4, seed: 2);

        var other = (type == ScalarType.Float32 ? start : zeros([50, 700], type)).clone().requires_grad_();
        using var resumed = new FusedAdamW([new([new("w", other)], 0.1)]);
        resumed.Restore(saved, 3);
        Train(resumed, other, 4, seed: 2);
        other.equal(weight).ShouldBeTrue();
        resumed.StepCount.ShouldBe(7);
    }

    [Fact]
    public void State_that_is_read_one_tensor_at_a_time_is_never_there_twice()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(13);
        ParameterGroup[] groups = [new([.. Enumerable.Range(0, 5).Select(i => new NamedTensor($"w{i}", Comparison.Random(generator, ScalarType.BFloat16, 8, 8).requires_grad_()))], 0.1)];
        using var optimizer = new FusedAdamW(groups);
        using var resumed = new FusedAdamW(groups);
        var state = optimizer.NamedState.ToDictionary(one => one.Name, one => one.Value.clone().add_(1), StringComparer.Ordinal);
        List<Tensor> copies = [];
        resumed.Restore(
            state.Keys.ToList(),
            name =>
            {
                copies.ShouldAllBe(copy => copy.IsInvalid, "those read before are gone");
                copies.Add(state[name].clone());
                return copies[^1];
            },
            4);
        copies.Count.ShouldBe(15);
        copies.ShouldAllBe(copy => copy.IsInvalid);
        resumed.NamedState.ShouldAllBe(one => one.Value.equal(state[one.Name]));
        state.Values.ShouldAllBe(one => !one.IsInvalid, "what the caller made is the caller's");
    }

    [Fact]
    public void State_that_does_not_fit_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        var weight = ones([2]).requires_grad_();
        using var optimizer = new FusedAdamW([new([new("w", weight)], 0.1)]);
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["w.exp_avg"] = zeros([2]) };
        Should.Throw<ArgumentException>(() => optimizer.Restore(state, 1)).Message.ShouldContain("w.exp_avg_sq");
        state["w.exp_avg_sq"] = zeros([3]);
        Should.Throw<ShapeMismatchException>(() => optimizer.Restore(state, 1)).Message.ShouldContain("w.exp_avg_sq");
        state["w.exp_avg_sq"] = zeros([2]);
        state["v.exp_avg"] = zeros([2]);
        Should.Throw<ArgumentException>(() => optimizer.Restore(state, 1)).Message.ShouldContain("v.exp_avg");
        Should.Throw<ArgumentException>(() => new FusedAdamW([new([new("w", weight), new("w", weight)], 0)])).Message.ShouldContain("'w'");
    }

    [Fact]
    public void Parameters_without_gradient_stay_and_ZeroGrad_drops_gradients()
    {
        using var scope = NewDisposeScope();
        var (moved, still) = (ones([3]).requires_grad_(), ones([3]).requires_grad_());
        using var optimizer = new FusedAdamW([new([new("moved", moved), new("still", still)], 0.1)]);
        moved.grad = ones([3]);
        optimizer.Step(0.1);
        still.data<float>().ToArray().ShouldBe([1f, 1f, 1f]);
        // First step: m / c1 = g, sqrt(v / c2) = |g|, so w = 1 · (1 − 0.1 · 0.1) − 0.1 · 1 = 0.89.
        moved.data<float>().ToArray().ShouldBe([0.89f, 0.89f, 0.89f], 1e-6);
        optimizer.ZeroGrad();
        moved.grad.ShouldBeNull();
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Gradients_above_the_norm_are_scaled_to_it_and_others_left(ScalarType type)
    {
        using var scope = NewDisposeScope();
        // |(3, 4)| = 5, in two parameters.
        var (a, b) = (ones([1], type).requires_grad_(), ones([1], type).requires_grad_());
        a.grad = full([1], 3, type);
        b.grad = full([1], 4, type);
        Torch.Fused.ClipGradNorm([a, b], 10).ShouldBe(5, 1e-6);
        a.grad!.to_type(ScalarType.Float32).item<float>().ShouldBe(3);
        Torch.Fused.ClipGradNorm([a, b], 2.5).ShouldBe(5, 1e-6);
        a.grad!.to_type(ScalarType.Float32).item<float>().ShouldBe(1.5f, 0.01f);
        b.grad!.to_type(ScalarType.Float32).item<float>().ShouldBe(2f, 0.01f);
    }

    private static void Train(FusedAdamW optimizer, Tensor weight, int steps, ulong seed)
    {
        using var generator = new Generator(seed);
        for (var i = 0; i < steps; i++)
        {
            weight.grad = Comparison.Random(generator, weight.dtype, weight.shape);
            optimizer.Step(0.01, maxNorm: 1);
        }
    }
}
