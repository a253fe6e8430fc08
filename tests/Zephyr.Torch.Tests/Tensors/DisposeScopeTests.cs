using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Tensors;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_frees_what_was_made_inside_it()
    {
        Tensor made;
        using (NewDisposeScope())
        {
            made = ones([2]);
            made.IsInvalid.ShouldBeFalse();
        }

        made.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_moved_tensor_belongs_to_the_enclosing_scope()
    {
        Tensor kept;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                kept = ones([2]).MoveToOuterDisposeScope();
            }

            kept.sum().item<float>().ShouldBe(2);
        }

        kept.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_tensor_moved_out_of_the_outermost_scope_belongs_to_the_caller()
    {
        Tensor kept;
        using (NewDisposeScope())
        {
            kept = ones([2]).MoveToOuterDisposeScope();
        }

        kept.IsInvalid.ShouldBeFalse();
        kept.Dispose();
    }

    [Fact]
    public void A_detached_tensor_leaves_every_scope()
    {
        Tensor kept;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                kept = ones([2]).DetachFromDisposeScope();
            }
        }

        kept.IsInvalid.ShouldBeFalse();
        kept.Dispose();
    }

    [Fact]
    public void A_tensor_disposed_early_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        var early = ones([2]);
        scope.DisposablesCount.ShouldBe(1);
        early.Dispose();
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Scopes_close_innermost_first()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        Should.Throw<InvalidOperationException>(outer.Dispose).Message.ShouldContain("innermost first");
        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void Every_thread_has_its_own_scopes()
    {
        using var scope = NewDisposeScope();
        var other = new Thread(() => ones([2]).Dispose());
        other.Start();
        other.Join();
        scope.DisposablesCount.ShouldBe(0);
    }
}
