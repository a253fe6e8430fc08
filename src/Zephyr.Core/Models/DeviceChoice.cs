using System.Globalization;
using TorchSharp;
using Zephyr.Torch;
using static TorchSharp.torch;

namespace Zephyr.Core.Models;

/// <summary>The devices that the libtorch of this process can compute on.</summary>
/// <param name="Libtorch">Its version.</param>
/// <param name="CudaBuild">Whether it, and the shim, were built with CUDA.</param>
/// <param name="CudaDevices">NVIDIA GPUs that answer.</param>
public sealed record AvailableDevices(Version Libtorch, bool CudaBuild, int CudaDevices)
{
    /// <summary>Asks libtorch, and loads it for that.</summary>
    /// <returns>What is there.</returns>
    public static AvailableDevices Here() =>
        new(TorchRuntime.Version, TorchRuntime.Capabilities.HasFlag(TorchCapabilities.CudaBuild), CudaRuntime.DeviceCount);
}

/// <summary>Chooses the device that a setting names: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
public static class DeviceChoice
{
    /// <summary>Takes a GPU when there is one.</summary>
    public const string Auto = "auto";

    /// <summary>What the setting may be, as a regular expression.</summary>
    public const string Pattern = "auto|cpu|cuda|cuda:[0-9]{1,2}";

    /// <summary>Whether a setting insists on a GPU.</summary>
    /// <param name="setting">The setting.</param>
    public static bool NeedsCuda(string setting) => setting.StartsWith("cuda", StringComparison.Ordinal);

    /// <summary>Chooses.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="available">What there is.</param>
    /// <returns>The CPU, or one GPU by its index.</returns>
    /// <exception cref="ZephyrException">A GPU is asked for and cannot be had; the message says why and what to do.</exception>
    public static Device Choose(string setting, AvailableDevices available)
    {
        if (!NeedsCuda(setting))
        {
            return string.Equals(setting, Auto, StringComparison.Ordinal) && available is { CudaBuild: true, CudaDevices: > 0 } ? new Device(DeviceType.CUDA, 0) : CPU;
        }

        if (!available.CudaBuild)
        {
            throw new ZephyrException(
                $"The device is {setting}, and this libtorch ({available.Libtorch}) has no CUDA. Build the shim against a PyTorch with CUDA (set ZEPHYR_LIBTORCH to its torch folder and build again, or run build-shim.sh of the bundle), or set the device to auto or cpu.");
        }

        if (available.CudaDevices == 0)
        {
            throw new ZephyrException(
                $"The device is {setting}, and no device was found: libtorch {available.Libtorch} has CUDA, but no GPU answers. Look at nvidia-smi and CUDA_VISIBLE_DEVICES, or set the device to auto or cpu.");
        }

        var index = setting.Length > 5 ? int.Parse(setting.AsSpan(5), CultureInfo.InvariantCulture) : 0;
        return index < available.CudaDevices
            ? new Device(DeviceType.CUDA, index)
            : throw new ZephyrException(
                $"The device is {setting}, and there {(available.CudaDevices == 1 ? "is 1 GPU, cuda:0" : $"are {available.CudaDevices} GPUs, cuda:0 to cuda:{available.CudaDevices - 1}")}. Name one of them, or set the device to auto.");
    }

    /// <summary>
    /// Chooses among what libtorch finds here, and makes a GPU compute the same bits each time: deterministic algorithms, and float32 as it
    /// is, without TF32. The CPU needs no setting for that.
    /// </summary>
    /// <param name="setting">The setting.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ZephyrException">A GPU is asked for and cannot be had.</exception>
    public static Device Take(string setting)
    {
        var device = Choose(setting, AvailableDevices.Here());
        if (device.type == DeviceType.CUDA)
        {
            TorchRuntime.Deterministic = true;
            CudaRuntime.AllowTf32(false);
        }

        return device;
    }
}
