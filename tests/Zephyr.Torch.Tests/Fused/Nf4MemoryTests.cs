using System.Diagnostics;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests.Fused;

/// <summary>Reads the memory of the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(Nf4MemoryTests), DisableParallelization = true)]
[Collection(nameof(Nf4MemoryTests))]
public sealed class Nf4MemoryTests
{
    [Fact]
    public void Decoded_matrices_are_not_kept_for_backward()
    {
        using var scope = NewDisposeScope();
        const int Width = 4096, Products = 8;
        using var weight = Nf4Weight.Quantize(full([Width, Width], 1.0 / Width), doubleQuantization: true);
        var x = ones([2, Width]).requires_grad_();
        var y = Torch.Fused.Nf4Linear(x, [weight]); // the first product loads what libtorch loads late
        var before = Resident();
        for (var i = 1; i < Products; i++)
        {
            y = Torch.Fused.Nf4Linear(y, [weight]);
        }

        // Each decoded matrix has 64 MiB; seven kept ones would have 448.
        (Resident() - before).ShouldBeLessThan(128L << 20);
        y.sum().backward();

        // Every row of the matrix sums to one, and so does every column: what flows through stays one.
        Comparison.Error(y, ones([2, Width])).ShouldBeLessThan(1e-3);
        Comparison.Error(x.grad!, ones([2, Width])).ShouldBeLessThan(1e-3);
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
