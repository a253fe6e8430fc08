using TorchSharp;
using static TorchSharp.torch;

namespace Zephyr.Torch.Tests;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void The_version_is_one_the_shim_is_written_for()
    {
        TorchRuntime.Version.ShouldBeGreaterThanOrEqualTo(new Version(1, 13, 0));
        cuda.is_available().ShouldBe(TorchRuntime.Capabilities.HasFlag(TorchCapabilities.CudaDevice));
    }

    [Fact]
    public void Threads_are_as_set()
    {
        var before = TorchRuntime.GetThreads();
        TorchRuntime.SetThreads(1);
        get_num_threads().ShouldBe(1);
        TorchRuntime.SetThreads(before);
        Should.Throw<ArgumentOutOfRangeException>(() => TorchRuntime.SetThreads(0));
    }

    [Fact]
    public void The_default_generators_state_can_be_put_back()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        var state = TorchRuntime.GetRandomState();
        var expected = rand([4]).data<float>().ToArray();
        TorchRuntime.SetRandomState(state);
        rand([4]).data<float>().ToArray().ShouldBe(expected);
    }

    [Fact]
    public void Deterministic_mode_is_as_set()
    {
        TorchRuntime.Deterministic.ShouldBeFalse();
        TorchRuntime.Deterministic = true;
        TorchRuntime.Deterministic.ShouldBeTrue();
        TorchRuntime.Deterministic = false;
    }
}
