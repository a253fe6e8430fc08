using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Modes;

public sealed class AutogradTests
{
    [Fact]
    public void No_grad_records_nothing_and_ends_with_its_block()
    {
        using var scope = NewDisposeScope();
        var leaf = ones([2], requires_grad: true);
        using (no_grad())
        {
            (leaf * 2).requires_grad.ShouldBeFalse();
            using (enable_grad())
            {
                (leaf * 2).requires_grad.ShouldBeTrue();
            }

            is_grad_enabled().ShouldBeFalse();
        }

        (leaf * 2).requires_grad.ShouldBeTrue();
    }

    [Fact]
    public void Gradients_accumulate_until_dropped()
    {
        using var scope = NewDisposeScope();
        var leaf = ones([2], requires_grad: true);
        leaf.grad.ShouldBeNull();
        (leaf * 3).sum().backward();
        (leaf * 4).sum().backward();
        leaf.grad!.data<float>().ToArray().ShouldBe([7f, 7f]);
        leaf.grad = null;
        leaf.grad.ShouldBeNull();
        leaf.grad = full([2], 5);
        leaf.grad!.data<float>().ToArray().ShouldBe([5f, 5f]);
        Should.Throw<ShapeMismatchException>(() => leaf.grad = ones([3]));
    }

    [Fact]
    public void A_second_derivative_needs_create_graph()
    {
        // f(x) = x^3: f' = 3 x^2 = 12 and f'' = 6 x = 12 at x = 2.
        using var scope = NewDisposeScope();
        var x = tensor(2.0, requires_grad: true);
        var first = autograd.grad([x.pow(3)], [x], create_graph: true)[0];
        first.item<double>().ShouldBe(12);
        autograd.grad([first], [x])[0].item<double>().ShouldBe(12);
        x.grad.ShouldBeNull();
    }

    [Fact]
    public void A_vector_needs_the_gradient_flowing_in()
    {
        using var scope = NewDisposeScope();
        var x = ones([2], requires_grad: true);
        Should.Throw<TorchException>(() => (x * 2).backward()).Message.ShouldContain("scalar outputs");
        (x * 2).backward(tensor(new[] { 1f, 10f }));
        x.grad!.data<float>().ToArray().ShouldBe([2f, 20f]);
    }

    [Fact]
    public void Detach_stops_the_gradient()
    {
        using var scope = NewDisposeScope();
        var x = tensor(3f, requires_grad: true);
        (x * x.detach()).backward();
        x.grad!.item<float>().ShouldBe(3);
        x.is_leaf.ShouldBeTrue();
        (x * 1).is_leaf.ShouldBeFalse();
    }
}
