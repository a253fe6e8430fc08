using Zephyr.Torch;

namespace TorchSharp;

// Process-wide settings under TorchSharp's names.
public static partial class torch
{
    /// <summary>How many threads one operation uses.</summary>
    public static int get_num_threads() => TorchRuntime.GetThreads();

    /// <summary>Sets how many threads one operation uses.</summary>
    public static void set_num_threads(int num) => TorchRuntime.SetThreads(num);

    /// <summary>NVIDIA GPUs.</summary>
    public static class cuda
    {
        /// <summary>Whether libtorch was built for CUDA and a device answers.</summary>
        public static bool is_available() => TorchRuntime.Capabilities.HasFlag(TorchCapabilities.CudaDevice);
    }
}
