using Zephyr.Core.Models;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Benchmarks;

/// <summary>What the machine gives: threads, and the ceiling of its matrix product.</summary>
internal static class Machine
{
    /// <summary>Sets the threads of tensor operations.</summary>
    /// <param name="threads">Threads; 0 takes every core.</param>
    public static void UseThreads(int threads) => TorchRuntime.SetThreads(threads == 0 ? Environment.ProcessorCount : threads);

    /// <summary>Best rate of <c>[rows, inner] x [inner, columns]</c> over a few runs, in 10^9 operations a second.</summary>
    public static double MatmulGflops(long rows, long inner, long columns, ComputeType type, Device device, TimeProvider time)
    {
        const int runs = 12;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var scalar = type == ComputeType.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var x = ones([rows, inner], scalar, device);
        var weight = ones([columns, inner], scalar, device);
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < runs; run++)
        {
            var start = time.GetTimestamp();
            nn.functional.linear(x, weight).Dispose();
            CudaRuntime.Synchronize(device);
            var spent = time.GetElapsedTime(start);
            best = spent < best ? spent : best;
        }

        return 2.0 * rows * inner * columns / best.TotalSeconds / 1e9;
    }
}
