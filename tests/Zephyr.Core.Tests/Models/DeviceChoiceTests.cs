using Zephyr.Core.Models;

namespace Zephyr.Core.Tests.Models;

public sealed class DeviceChoiceTests
{
    private static readonly AvailableDevices s_cpuOnly = new(new Version(1, 13, 1), CudaBuild: false, CudaDevices: 0);
    private static readonly AvailableDevices s_noGpu = new(new Version(2, 11, 0), CudaBuild: true, CudaDevices: 0);
    private static readonly AvailableDevices s_twoGpus = new(new Version(2, 11, 0), CudaBuild: true, CudaDevices: 2);

    [Fact]
    public void Auto_takes_the_first_gpu_when_there_is_one_and_the_cpu_when_not()
    {
        DeviceChoice.Choose("auto", s_cpuOnly).ToString().ShouldBe("cpu");
        DeviceChoice.Choose("auto", s_noGpu).ToString().ShouldBe("cpu");
        DeviceChoice.Choose("auto", s_twoGpus).ToString().ShouldBe("cuda:0");
    }

    [Fact]
    public void A_named_device_is_taken()
    {
        DeviceChoice.Choose("cpu", s_twoGpus).ToString().ShouldBe("cpu");
        DeviceChoice.Choose("cuda", s_twoGpus).ToString().ShouldBe("cuda:0");
        DeviceChoice.Choose("cuda:1", s_twoGpus).ToString().ShouldBe("cuda:1");
    }

    [Fact]
    public void A_gpu_that_cannot_be_had_is_refused_with_the_reason_and_what_to_do()
    {
        Should.Throw<ZephyrException>(() => DeviceChoice.Choose("cuda", s_cpuOnly)).Message
            .ShouldSatisfyAllConditions(text => text.ShouldContain("this libtorch (1.13.1) has no CUDA"), text => text.ShouldContain("ZEPHYR_LIBTORCH"));
        Should.Throw<ZephyrException>(() => DeviceChoice.Choose("cuda:0", s_noGpu)).Message
            .ShouldSatisfyAllConditions(text => text.ShouldContain("no device was found"), text => text.ShouldContain("CUDA_VISIBLE_DEVICES"));
        Should.Throw<ZephyrException>(() => DeviceChoice.Choose("cuda:2", s_twoGpus)).Message.ShouldContain("cuda:0 to cuda:1");
    }
}
