namespace Zephyr.Torch;

/// <summary>Base of every failure of the binding. The message names the operation, its inputs (dtype, shape, device) and the cause.</summary>
public abstract class TorchException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="operation">The operation that failed, as the caller knows it.</param>
    /// <param name="message">The full text.</param>
    protected TorchException(string operation, string message)
        : base(message) => Operation = operation;

    /// <summary>The operation that failed, such as <c>matmul</c>.</summary>
    public string Operation { get; }
}

/// <summary>The CPU or an accelerator has no memory left for an operation's result. Use a smaller batch or shorter sequences.</summary>
public sealed class DeviceOutOfMemoryException(string operation, string message) : TorchException(operation, message);

/// <summary>Shapes, sizes or indices do not fit the operation.</summary>
public sealed class ShapeMismatchException(string operation, string message) : TorchException(operation, message);

/// <summary>The operation does not exist for these dtypes or devices, or not in this build of libtorch.</summary>
public sealed class UnsupportedOpException(string operation, string message) : TorchException(operation, message);

/// <summary>Any other failure inside libtorch.</summary>
public sealed class NativeFailureException(string operation, string message) : TorchException(operation, message);

/// <summary>The shim could not be loaded. The message lists every attempt and what to install.</summary>
public sealed class NativeLibraryException(IReadOnlyList<string> attempts) : TorchException(
    "load",
    "libtorch could not be loaded. Attempts:\n  " + string.Join("\n  ", attempts)
    + "\nInstall it with: apt-get install -y libtorch-dev libopenblas0-pthread"
    + "\nor set ZEPHYR_LIBTORCH to a libtorch folder or the torch folder of a PyTorch wheel, and build again.")
{
    /// <summary>Each file tried and why it did not do.</summary>
    public IReadOnlyList<string> Attempts { get; } = attempts;
}
