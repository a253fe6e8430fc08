using TorchSharp;
using static TorchSharp.torch;
using TorchFused = Zephyr.Torch.Fused;

namespace Zephyr.Torch.Tests.Device;

/// <summary>What needs a GPU: the same operations as on the CPU, to rounding, and the same bits each time.</summary>
[Trait("Device", "cuda")]
public sealed class CudaTests
{
    private static readonly torch.Device s_gpu = new(DeviceType.CUDA, 0);

    public CudaTests()
    {
        Assert.SkipUnless(CudaRuntime.DeviceCount > 0, "no CUDA device");
        TorchRuntime.Deterministic = true;
        CudaRuntime.AllowTf32(false);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.BFloat16, 0.02)]
    public void Attention_and_its_gradients_agree_with_the_cpu_and_repeat(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        foreach (var (window, documents) in (IEnumerable<(int?, bool)>)[(null, false), (40, false), (null, true), (40, true)])
        {
            Tensor[] inputs = [randn([2, 130, 8, 64], generator: generator), randn([2, 130, 2, 64], generator: generator), randn([2, 130, 2, 64], generator: generator)];
            var starts = documents ? tensor([.. Enumerable.Range(0, 260).Select(i => i % 130 < 50 ? 0 : 50)], [2, 130]) : null;
            float[][] Run(torch.Device device)
            {
                var own = inputs.Select(input => input.to(type, device).detach().requires_grad_()).ToArray();
                var result = TorchFused.Attention(own[0], own[1], own[2], new AttentionLayout(starts?.to(device), window, 0.125));
                result.to_type(ScalarType.Float32).square().sum().backward();
                return [.. own.Select(input => input.grad!).Prepend(result.detach()).Select(value => value.to_type(ScalarType.Float32).data<float>().ToArray())];
            }

            var (cpu, gpu, again) = (Run(CPU), Run(s_gpu), Run(s_gpu));
            for (var i = 0; i < cpu.Length; i++)
            {
                Error(gpu[i], cpu[i]).ShouldBeLessThan(tolerance, $"tensor {i}, window {window}, documents {documents}");
                gpu[i].ShouldBe(again[i], $"tensor {i}, window {window}, documents {documents}: the same bits twice");
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.BFloat16, 0.02)]
    public void Losses_norms_and_gates_agree_with_the_cpu(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var (hidden, weight, norm) = (randn([2, 300, 64], generator: generator), randn([97, 64], generator: generator), randn([64], generator: generator));
        var labels = tensor([.. Enumerable.Range(0, 600).Select(i => i % 5 == 0 ? -100L : i % 97)], [2, 300]);
        float[][] Run(torch.Device device)
        {
            var (h, w, n) = (hidden.to(type, device).detach().requires_grad_(), weight.to(type, device).detach().requires_grad_(), norm.to(type, device));
            var normed = TorchFused.RmsNorm(h, n, 1e-5);
            var sums = TorchFused.CompletionLogProbs(normed, w, labels.to(device));
            var (loss, hits) = TorchFused.LinearCrossEntropy(normed.flatten(0, 1), w, labels.flatten().to(device));
            (sums.sum() + loss * 0.5 + TorchFused.SwiGluPacked(normed).to_type(ScalarType.Float32).sum()).backward();
            hits.item<long>().ShouldBeInRange(0, 600);
            return [.. new[] { sums.detach(), loss.detach(), h.grad!, w.grad! }.Select(value => value.to_type(ScalarType.Float32).data<float>().ToArray())];
        }

        var (cpu, gpu) = (Run(CPU), Run(s_gpu));
        for (var i = 0; i < cpu.Length; i++)
        {
            Error(gpu[i], cpu[i]).ShouldBeLessThan(tolerance, $"tensor {i}");
        }
    }

    [Theory]
    [InlineData(OptimizerStateType.Float32)]
    [InlineData(OptimizerStateType.Bfloat16)]
    [InlineData(OptimizerStateType.Int8)]
    public void AdamW_agrees_with_the_cpu(OptimizerStateType states)
    {
        using var scope = NewDisposeScope();
        float[] Run(torch.Device device)
        {
            using var generator = new Generator(3);
            var weight = randn([64, 100], generator: generator).to(ScalarType.BFloat16, device).detach().requires_grad_();
            using var optimizer = new FusedAdamW([new([new("w", weight)], 0.01)], states: states);
            for (var step = 0; step < 5; step++)
            {
                weight.grad = randn([64, 100], generator: generator).to(ScalarType.BFloat16, device);
                optimizer.Step(0.01, maxNorm: 1);
            }

            return optimizer.NamedState[0].Value.data<float>().ToArray();
        }

        var (cpu, gpu) = (Run(CPU), Run(s_gpu));
        cpu.Zip(gpu).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-5).ShouldBeLessThan(cpu.Length / 200);
    }

    [Fact]
    public void A_4_bit_product_agrees_with_the_cpu()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(4);
        using var weight = Nf4Weight.Quantize(randn([96, 128], generator: generator), doubleQuantization: true);
        using var moved = weight.To(s_gpu);
        var x = randn([7, 128], generator: generator);
        Error(TorchFused.Nf4Linear(x.to(s_gpu), [moved]).data<float>().ToArray(), TorchFused.Nf4Linear(x, [weight]).data<float>().ToArray()).ShouldBeLessThan(1e-5);
    }

    [Fact]
    public void A_generator_of_the_gpu_repeats_and_its_state_can_be_kept()
    {
        using var scope = NewDisposeScope();
        float[] Draw(ulong seed)
        {
            using var generator = new Generator(seed, s_gpu);
            return empty([64], device: s_gpu).uniform_(0, 1, generator).data<float>().ToArray();
        }

        Draw(1).ShouldBe(Draw(1));
        Draw(1).ShouldNotBe(Draw(2));
        var state = TorchRuntime.GetRandomState(s_gpu);
        var first = rand([8], device: s_gpu).data<float>().ToArray();
        TorchRuntime.SetRandomState(state, s_gpu);
        rand([8], device: s_gpu).data<float>().ToArray().ShouldBe(first);
    }

    [Fact]
    public void Memory_of_tensors_is_counted()
    {
        Assert.SkipUnless(TorchRuntime.Capabilities.HasFlag(TorchCapabilities.DeviceMemory), "this libtorch does not tell the memory of devices");
        CudaRuntime.ResetPeakMemory(s_gpu);
        var before = CudaRuntime.Memory(s_gpu)!.Value.Current;
        zeros([1 << 20], device: s_gpu).Dispose();
        var after = CudaRuntime.Memory(s_gpu)!.Value;
        after.Peak.ShouldBeInRange(before + (4 << 20), before + (16 << 20));
        after.Current.ShouldBe(before);
    }

    // |a - b| / |b| in the Euclidean norm.
    private static double Error(float[] actual, float[] expected) =>
        Math.Sqrt(actual.Zip(expected).Sum(pair => Math.Pow(pair.First - (double)pair.Second, 2)) / Math.Max(1e-12, expected.Sum(value => Math.Pow(value, 2))));
}
