using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers with its own state. The CPU's algorithm is Mersenne Twister.</summary>
    public sealed class Generator : IDisposable
    {
        private readonly GeneratorHandle handle;

        /// <summary>Makes a generator.</summary>
        /// <param name="seed">Equal seeds give equal numbers on devices of one kind; the CPU and a GPU give different ones.</param>
        /// <param name="device">The device whose tensors it fills; the CPU unless given.</param>
        public Generator(ulong seed = 0, Device? device = null)
        {
            var (type, index) = DeviceNumbers(device);
            NativeCall.Check(Native.zt_generator_new(seed, type, index, out handle), nameof(Generator));
            handle.Adopt();
        }

        private Generator(GeneratorHandle handle)
        {
            this.handle = handle;
            handle.Adopt();
        }

        internal GeneratorHandle Handle => handle;

        /// <summary>The seed given last.</summary>
        public long initial_seed()
        {
            NativeCall.Check(Native.zt_generator_initial_seed(handle, out var seed), nameof(initial_seed));
            return unchecked((long)seed);
        }

        /// <summary>Starts the stream anew.</summary>
        public Generator manual_seed(long seed)
        {
            NativeCall.Check(Native.zt_generator_seed(handle, unchecked((ulong)seed)), nameof(manual_seed));
            return this;
        }

        /// <summary>The whole state, as a byte vector on the CPU: part of a checkpoint.</summary>
        public Tensor get_state() => NativeCall.Result(Native.zt_generator_get_state(handle, out var state), state, nameof(get_state));

        /// <summary>Continues from a state of <see cref="get_state"/>.</summary>
        /// <exception cref="Zephyr.Torch.TorchException">The tensor is no state of such a generator.</exception>
        public void set_state(Tensor value) =>
            NativeCall.Check(Native.zt_generator_set_state(handle, value.Handle), nameof(set_state), value);

        /// <summary>Frees the generator.</summary>
        public void Dispose() => handle.Dispose();

        /// <summary>The device's own generator, which operations use when given none.</summary>
        internal static Generator Default(Device device)
        {
            var (type, index) = DeviceNumbers(device);
            NativeCall.Check(Native.zt_generator_default(type, index, out var found), nameof(Generator));
            return new Generator(found);
        }
    }

    /// <summary>Seeds the default generator of every device.</summary>
    public static void manual_seed(long seed) => NativeCall.Check(Native.zt_manual_seed(unchecked((ulong)seed)), nameof(manual_seed));

    /// <summary>The default generators.</summary>
    public static class random
    {
        /// <summary>Seeds the default generator of every device.</summary>
        public static void manual_seed(long seed) => torch.manual_seed(seed);
    }
}
