using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Checkpointing;

public sealed class ActivationCheckpointTests
{
    [Fact]
    public void Values_and_gradients_have_the_bits_of_the_plain_run()
    {
        using var scope = NewDisposeScope();
        var weight = randn([8, 8]);
        var x = randn([5, 8]);
        var (plain, plainGradients) = Run(weight, x, (w, input) => Segment(w, input));
        var (saved, savedGradients) = Run(weight, x, (w, input) => ActivationCheckpoint.Run(inputs => [Segment(w, inputs[0])], 1, input)[0]);
        saved.equal(plain).ShouldBeTrue();
        savedGradients[0].equal(plainGradients[0]).ShouldBeTrue();
        savedGradients[1].equal(plainGradients[1]).ShouldBeTrue();
    }

    [Fact]
    public void The_segment_runs_once_forward_without_a_graph_and_once_in_backward_with_one()
    {
        using var scope = NewDisposeScope();
        var weight = randn([4, 4]).requires_grad_();
        var recorded = new List<bool>();
        var output = ActivationCheckpoint.Run(
            inputs =>
            {
                recorded.Add(is_grad_enabled());
                return [Segment(weight, inputs[0])];
            },
            1,
            randn([3, 4]).requires_grad_());
        recorded.ShouldBe([false]);
        output[0].sum().backward();
        recorded.ShouldBe([false, true]);
    }

    [Fact]
    public void Weights_learn_although_no_input_requires_a_gradient()
    {
        using var scope = NewDisposeScope();
        var weight = randn([4, 4]).requires_grad_();
        var x = randn([3, 4]);
        ActivationCheckpoint.Run(inputs => [inputs[0].matmul(weight)], 1, x)[0].sum().backward();

        // d sum(x W) / dW[i, j] = sum over rows of x[r, i]
        weight.grad!.allclose(x.sum([0]).unsqueeze(1).expand(4, 4)).ShouldBeTrue();
    }

    [Fact]
    public void An_output_that_the_loss_does_not_use_gives_no_gradient()
    {
        using var scope = NewDisposeScope();
        var x = randn([3]).requires_grad_();
        var outputs = ActivationCheckpoint.Run(inputs => [inputs[0] * 2, inputs[0] * 5], 2, x);
        outputs[0].sum().backward();
        x.grad!.data<float>().ToArray().ShouldBe([2f, 2f, 2f]);
    }

    [Fact]
    public void A_segment_that_fails_forward_or_in_backward_fails_the_call_with_its_message()
    {
        using var scope = NewDisposeScope();
        var x = randn([3]).requires_grad_();
        Should.Throw<TorchException>(() => ActivationCheckpoint.Run(_ => throw new InvalidOperationException("no such layer"), 1, x))
            .Message.ShouldContain("no such layer");
        Should.Throw<TorchException>(() => ActivationCheckpoint.Run(inputs => [inputs[0], inputs[0]], 1, x)).Message.ShouldContain("2 tensors, not 1");

        var runs = 0;
        var output = ActivationCheckpoint.Run(
            inputs => runs++ == 0 ? [inputs[0] * 2] : throw new InvalidOperationException("gone in backward"), 1, x)[0];
        Should.Throw<TorchException>(() => output.sum().backward()).Message.ShouldContain("gone in backward");
    }

    [Fact]
    public void The_segment_is_let_go_with_the_graph()
    {
        var (segment, failed) = MakeAndDrop();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        segment.IsAlive.ShouldBeFalse();
        failed.IsAlive.ShouldBeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Segment, WeakReference Failed) MakeAndDrop()
    {
        using var scope = NewDisposeScope();
        var marker = new object();
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> segment = inputs => [inputs[0] * marker.GetHashCode()];
        Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> failing = _ => throw new InvalidOperationException(marker.ToString());
        ActivationCheckpoint.Run(segment, 1, randn([3]).requires_grad_())[0].sum().backward();
        Should.Throw<TorchException>(() => ActivationCheckpoint.Run(failing, 1, randn([3])));
        return (new WeakReference(segment), new WeakReference(failing));
    }

    private static Tensor Segment(Tensor weight, Tensor x) => x.matmul(weight).silu().matmul(weight);

    private static (Tensor Value, Tensor[] Gradients) Run(Tensor weight, Tensor x, Func<Tensor, Tensor, Tensor> forward)
    {
        var (w, input) = (weight.clone().requires_grad_(), x.clone().requires_grad_());
        var output = forward(w, input);
        (output * output).sum().backward();
        return (output.detach(), [w.grad!, input.grad!]);
    }
}
