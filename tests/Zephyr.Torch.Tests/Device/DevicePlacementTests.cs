using TorchSharp;
using static TorchSharp.torch;
using TorchFused = Zephyr.Torch.Fused;

namespace Zephyr.Torch.Tests.Device;

/// <summary>Where operations compute: the meta device has shapes and no memory, so a kernel that read an address would crash here.</summary>
public sealed class DevicePlacementTests : IDisposable
{
    private readonly List<Nf4Weight> _weights = [];

    public void Dispose() => _weights.ForEach(static weight => weight.Dispose());

    public static TheoryData<string> Operations => ["RmsNorm", "AddRmsNorm", "Rope", "SwiGlu", "SwiGluPacked", "Attention", "PackedAttention", "LinearCrossEntropy", "CompletionLogProbs", "Nf4Linear"];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_fused_operation_and_its_gradient_stay_on_the_device_of_its_input(string operation)
    {
        using var scope = NewDisposeScope();
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var x = empty([2, 6, 4, 8], type, META, requires_grad: true);
            UpToAMissingMetaForm(() =>
            {
                var result = Run(operation, x, META);
                result.device_type.ShouldBe(DeviceType.META);
                result.to_type(ScalarType.Float32).sum().backward();
                x.grad!.device_type.ShouldBe(DeviceType.META);
                x.grad!.shape.ShouldBe(x.shape);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_tensor_left_on_another_device_is_an_error_and_not_read(string operation)
    {
        using var scope = NewDisposeScope();
        if (operation is "SwiGluPacked" or "Nf4Linear")
        {
            return; // one tensor alone
        }

        Should.Throw<TorchException>(() => Run(operation, zeros([2, 6, 4, 8]), META)).Message.ShouldContain("device");
    }

    [Fact]
    public void AdamW_keeps_its_state_beside_the_weights_and_steps_there()
    {
        using var scope = NewDisposeScope();
        foreach (var states in Enum.GetValues<OptimizerStateType>())
        {
            var weight = empty([8, 4], ScalarType.BFloat16, META, requires_grad: true);
            using var optimizer = new FusedAdamW([new([new("w", weight)], 0.1)], states: states);
            weight.grad = empty([8, 4], ScalarType.BFloat16, META);
            optimizer.NamedState.ShouldAllBe(state => state.Value.device_type == DeviceType.META);
            UpToAMissingMetaForm(() => optimizer.Step(0.1).ShouldBeNull());
        }
    }

    [Fact]
    public void Without_a_gpu_its_functions_find_none_and_settings_of_it_can_be_made()
    {
        Assert.SkipWhen(CudaRuntime.DeviceCount > 0, "a CUDA device is there");
        CudaRuntime.Memory(new torch.Device(DeviceType.CUDA, 0)).ShouldBeNull();
        CudaRuntime.ResetPeakMemory(new torch.Device(DeviceType.CUDA, 0));
        CudaRuntime.AllowTf32(false);
        CudaRuntime.Memory(CPU).ShouldBeNull();
        Should.Throw<TorchException>(() => zeros([1], device: CUDA)).Message.ShouldContain("CUDA");
    }

    // Many operations have their meta form in PyTorch's Python part alone. Such an operation ends here with just that said, after all
    // before it stayed on the device; a tensor that was left behind would be another error, and fail.
    private static void UpToAMissingMetaForm(Action action)
    {
        try
        {
            action();
        }
        catch (TorchException failure)
        {
            failure.Message.ShouldMatch("Meta kernel registered|from the 'Meta' backend");
        }
    }

    // x is [2, 6, 4, 8]; everything beside it is on the other device.
    private Tensor Run(string operation, Tensor x, torch.Device other)
    {
        Tensor Other(ScalarType type, params long[] shape) => empty(shape, type, other);
        var (type, rows) = (x.dtype, x.flatten(2)); // rows [2, 6, 32]
        var (cos, sin) = (Other(ScalarType.Float32, 16, 4), Other(ScalarType.Float32, 16, 4));
        var layout = new AttentionLayout(Other(ScalarType.Int32, 2, 6), null, 1);
        switch (operation)
        {
            case "RmsNorm":
                return TorchFused.RmsNorm(x, Other(type, 8), 1e-5);
            case "AddRmsNorm":
                return TorchFused.AddRmsNorm(x, Other(type, 2, 6, 4, 8), Other(type, 8), 1e-5).Normed;
            case "Rope":
                return TorchFused.Rope(x, cos, sin, Other(ScalarType.Int64, 2, 6));
            case "SwiGlu":
                return TorchFused.SwiGlu(x, Other(type, 2, 6, 4, 8));
            case "SwiGluPacked":
                return TorchFused.SwiGluPacked(x);
            case "Attention":
                return TorchFused.Attention(x, Other(type, 2, 6, 2, 8), Other(type, 2, 6, 2, 8), layout);
            case "PackedAttention":
                return TorchFused.PackedAttention(rows, 2, 1, cos, sin, Other(ScalarType.Int64, 2, 6), layout);
            case "LinearCrossEntropy":
                return TorchFused.LinearCrossEntropy(rows.flatten(0, 1), Other(type, 9, 32), Other(ScalarType.Int64, 12)).Loss;
            case "CompletionLogProbs":
                return TorchFused.CompletionLogProbs(rows, Other(type, 9, 32), Other(ScalarType.Int64, 2, 6));
            default:
                using (var weight = Nf4Weight.Quantize(ones([4, 32]), doubleQuantization: true))
                {
                    _weights.Add(weight.To(other));
                    return TorchFused.Nf4Linear(rows, [_weights[^1]]);
                }
        }
    }
}
