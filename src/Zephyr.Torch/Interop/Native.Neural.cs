using System.Runtime.InteropServices;

namespace Zephyr.Torch.Interop;

/// <summary>Exports of neural.cpp.</summary>
internal static partial class Native
{
    [LibraryImport(Library)]
    internal static partial ErrorCode zt_softmax(TensorHandle self, long dim, int dtype, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_log_softmax(TensorHandle self, long dim, int dtype, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_linear(TensorHandle self, TensorHandle weight, nint bias, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_embedding(TensorHandle self, TensorHandle weight, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_cross_entropy(TensorHandle self, TensorHandle target, nint weight, long reduction, long ignore_index, double label_smoothing, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_nll_loss(TensorHandle self, TensorHandle target, nint weight, long reduction, long ignore_index, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_one_hot(TensorHandle self, long num_classes, out TensorHandle result);

    [LibraryImport(Library)]
    internal static partial ErrorCode zt_mse_loss(TensorHandle self, TensorHandle target, long reduction, out TensorHandle result);
}
