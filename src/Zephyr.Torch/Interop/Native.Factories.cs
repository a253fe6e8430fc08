using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of factories.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_full(ReadOnlySpan<long> size, int sizeCount, int valueKind, long valueBits, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_zeros(ReadOnlySpan<long> size, int sizeCount, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_empty(ReadOnlySpan<long> size, int sizeCount, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_arange(int startKind, long startBits, int stopKind, long stopBits, int stepKind, long stepBits, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_from_bytes(void* bytes, long byteCount, ReadOnlySpan<long> size, int sizeCount, int dtype, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_randn(ReadOnlySpan<long> size, int sizeCount, nint generator, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_rand(ReadOnlySpan<long> size, int sizeCount, nint generator, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_randint(long low, long high, ReadOnlySpan<long> size, int sizeCount, nint generator, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_randperm(long n, nint generator, int dtype, int deviceType, int deviceIndex, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_multinomial(TensorHandle self, long numSamples, int replacement, nint generator, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_normal_(TensorHandle self, double mean, double std, nint generator);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_uniform_(TensorHandle self, double from, double to, nint generator);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cat(ReadOnlySpan<nint> tensors, int tensorsCount, long dim, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_stack(ReadOnlySpan<nint> tensors, int tensorsCount, long dim, out TensorHandle result);
}
