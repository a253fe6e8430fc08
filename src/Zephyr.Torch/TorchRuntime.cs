using TorchSharp;
using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>What this build of libtorch can do.</summary>
[Flags]
public enum TorchCapabilities
{
    /// <summary>The CPU, one thread.</summary>
    None = 0,

    /// <summary>CUDA was compiled in.</summary>
    CudaBuild = 1,

    /// <summary>A CUDA device answers.</summary>
    CudaDevice = 2,

    /// <summary>Operations use several threads.</summary>
    Threads = 4,

    /// <summary>Intel's MKL multiplies matrices.</summary>
    Mkl = 8,

    /// <summary>libtorch has <c>scaled_dot_product_attention</c> (2.1 and later).</summary>
    ScaledDotProductAttention = 16,

    /// <summary>libtorch has <c>rms_norm</c> (2.4 and later).</summary>
    RmsNorm = 32,

    /// <summary>libtorch tells the memory of devices (2.9 and later).</summary>
    DeviceMemory = 64,
}

/// <summary>Facts and settings of the libtorch in this process. Every member loads it.</summary>
public static class TorchRuntime
{
    /// <summary>libtorch's version, such as 1.13.1.</summary>
    public static Version Version
    {
        get
        {
            NativeCall.Check(Native.zt_libtorch_version(out var major, out var minor, out var patch), "version");
            return new Version(major, minor, patch);
        }
    }

    // What is compiled in and which devices answer does not change while a process runs, and each operation on a GPU asks.
    private static readonly Lazy<TorchCapabilities> s_capabilities = new(static () =>
    {
        NativeCall.Check(Native.zt_capabilities(out var flags), "capabilities");
        return (TorchCapabilities)flags;
    });

    /// <summary>What was compiled in and is there.</summary>
    public static TorchCapabilities Capabilities => s_capabilities.Value;

    /// <summary>Whether operations without a deterministic algorithm fail instead of varying from run to run.</summary>
    public static bool Deterministic
    {
        get
        {
            NativeCall.Check(Native.zt_get_deterministic(out var enabled), "deterministic");
            return enabled != 0;
        }

        set => NativeCall.Check(Native.zt_set_deterministic(value ? 1 : 0), "deterministic");
    }

    /// <summary>Sets how many threads one operation uses. Results may differ in the last bits between thread counts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public static void SetThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        NativeCall.Check(Native.zt_set_threads(count), "set_num_threads");
    }

    /// <summary>How many threads one operation uses.</summary>
    public static int GetThreads()
    {
        NativeCall.Check(Native.zt_get_threads(out var count), "get_num_threads");
        return count;
    }

    /// <summary>The state of a device's default generator: part of a checkpoint.</summary>
    /// <param name="device">The CPU unless given.</param>
    public static byte[] GetRandomState(Device? device = null)
    {
        using var generator = Generator.Default(device ?? CPU);
        using var state = generator.get_state();
        return state.data<byte>().ToArray();
    }

    /// <summary>Puts a device's default generator back to a state of <see cref="GetRandomState"/>.</summary>
    /// <exception cref="TorchException">The bytes are no state of this device's generator.</exception>
    public static void SetRandomState(byte[] state, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var generator = Generator.Default(device ?? CPU);
        using var tensor = torch.tensor(state);
        generator.set_state(tensor);
    }
}
