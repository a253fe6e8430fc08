using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests;

/// <summary>Counts are of the whole process, so these tests run alone.</summary>
[Collection("native handle counts")]
[CollectionDefinition("native handle counts", DisableParallelization = true)]
public sealed class NativeHandlesTests
{
    [Fact]
    public void Ten_thousand_steps_leave_no_handle_behind()
    {
        using var weight = randn([4, 4], requires_grad: true);
        weight.sum().backward();
        using var input = randn([4, 4]);
        var before = NativeHandles.LiveCount;
        for (var i = 0; i < 10_000; i++)
        {
            using var scope = NewDisposeScope();
            weight.matmul(input).softmax(-1).sum().backward();
            _ = weight.grad!.norm();
        }

        NativeHandles.LiveCount.ShouldBe(before);
    }

    [Fact]
    public void A_failed_call_leaves_no_handle_behind()
    {
        using var left = ones([2, 3]);
        var before = NativeHandles.LiveCount;
        for (var i = 0; i < 1_000; i++)
        {
            Should.Throw<ShapeMismatchException>(() => left.matmul(left));
            Should.Throw<ShapeMismatchException>(() => left.topk(9));
        }

        NativeHandles.LiveCount.ShouldBe(before);
    }

    [Fact]
    public void A_tensor_left_to_the_collector_counts_as_finalized()
    {
        var before = NativeHandles.FinalizedCount;
        Leak();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        NativeHandles.FinalizedCount.ShouldBeGreaterThan(before);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Leak()
    {
        for (var i = 0; i < 10; i++)
        {
            _ = ones([1]);
        }
    }
}
