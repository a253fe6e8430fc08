using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of random.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_new(ulong seed, int deviceType, int deviceIndex, out GeneratorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_default(int deviceType, int deviceIndex, out GeneratorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_free(nint generator);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_seed(GeneratorHandle generator, ulong seed);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_initial_seed(GeneratorHandle generator, out ulong seed);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_get_state(GeneratorHandle generator, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_generator_set_state(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_manual_seed(ulong seed);
}
