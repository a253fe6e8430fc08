using System.Runtime.InteropServices;
using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>Facts and settings of NVIDIA GPUs. Every member loads libtorch; on a machine without a GPU all of them work and find none.</summary>
public static class CudaRuntime
{
    /// <summary>How many GPUs answer.</summary>
    public static int DeviceCount
    {
        get
        {
            NativeCall.Check(Native.zt_cuda_device_count(out var count), "cuda.device_count");
            return count;
        }
    }

    /// <summary>Waits until a GPU has done all it was told: before reading the clock.</summary>
    /// <param name="device">The device; nothing is waited for on the CPU, whose operations return when they are done.</param>
    public static void Synchronize(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            NativeCall.Check(Native.zt_cuda_synchronize(device.index), "cuda.synchronize");
        }
    }

    /// <summary>Whether float32 products may round their inputs to TF32, with 10 bits of fraction.</summary>
    /// <param name="allowed">False for float32 as it is.</param>
    public static void AllowTf32(bool allowed) => NativeCall.Check(Native.zt_set_tf32(allowed ? 1 : 0), "allow_tf32");

    /// <summary>Bytes of tensors on a GPU; null for the CPU, and where this version of libtorch does not tell (before 2.9).</summary>
    /// <param name="device">The device.</param>
    public static DeviceMemory? Memory(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != TorchSharp.DeviceType.CUDA)
        {
            return null;
        }

        NativeCall.Check(Native.zt_cuda_memory(Math.Max(0, device.index), out var current, out var peak), "cuda.memory");
        return current < 0 ? null : new DeviceMemory(current, peak);
    }

    /// <summary>Starts counting the peak anew; nothing happens for the CPU.</summary>
    /// <param name="device">The device.</param>
    public static void ResetPeakMemory(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            NativeCall.Check(Native.zt_cuda_reset_peak_memory(Math.Max(0, device.index)), "cuda.reset_peak_memory");
        }
    }
}

/// <summary>Memory that tensors take on a GPU.</summary>
/// <param name="Current">Bytes now.</param>
/// <param name="Peak">Most bytes since the process began, or since <see cref="CudaRuntime.ResetPeakMemory"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeviceMemory(long Current, long Peak);
