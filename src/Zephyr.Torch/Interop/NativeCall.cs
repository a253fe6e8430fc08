using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Zephyr.Torch.Interop;

/// <summary>
/// The step after every export: error code to typed exception, handle to tensor. The usual shape of an operation is
/// <c>NativeCall.Result(Native.zt_add(left.Handle, right.Handle, out var sum), sum, "add", left, right)</c>.
/// </summary>
internal static class NativeCall
{
    /// <summary>Throws when an export failed.</summary>
    /// <param name="code">What the export returned.</param>
    /// <param name="operation">The operation's name as users know it.</param>
    /// <param name="inputs">The tensors it was given, described in the message.</param>
    internal static void Check(ErrorCode code, string operation, params ReadOnlySpan<Tensor?> inputs)
    {
        if (code != ErrorCode.None)
        {
            throw Failure(code, operation, inputs);
        }
    }

    /// <summary>Makes a tensor of an export's result, registered with the current dispose scope.</summary>
    /// <inheritdoc cref="Check"/>
    internal static Tensor Result(ErrorCode code, TensorHandle result, string operation, params ReadOnlySpan<Tensor?> inputs)
    {
        if (code != ErrorCode.None)
        {
            result.Dispose();
            throw Failure(code, operation, inputs);
        }

        return new Tensor(result);
    }

    /// <summary>Makes two tensors of an export's two results.</summary>
    /// <inheritdoc cref="Check"/>
    internal static (Tensor First, Tensor Second) Pair(
        ErrorCode code, TensorHandle first, TensorHandle second, string operation, params ReadOnlySpan<Tensor?> inputs)
    {
        if (code != ErrorCode.None)
        {
            first.Dispose();
            second.Dispose();
            throw Failure(code, operation, inputs);
        }

        return (new Tensor(first), new Tensor(second));
    }

    /// <summary>How the shim takes a dtype that may be absent.</summary>
    internal static int Dtype(ScalarType? dtype) => dtype is { } given ? (int)given : -1;

    private static TorchException Failure(ErrorCode code, string operation, ReadOnlySpan<Tensor?> inputs)
    {
        var cause = TakeMessage();
        var text = new StringBuilder(operation).Append('(');
        for (var i = 0; i < inputs.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(inputs[i]?.Describe() ?? "none");
        }

        var message = text.Append("): ").Append(cause).ToString();
        return code switch
        {
            ErrorCode.OutOfMemory => new DeviceOutOfMemoryException(operation, message),
            ErrorCode.ShapeMismatch => new ShapeMismatchException(operation, message),
            ErrorCode.Unsupported => new UnsupportedOpException(operation, message),
            _ => new NativeFailureException(operation, message),
        };
    }

    private static string TakeMessage()
    {
        _ = Native.zt_error_take(out var pointer);
        if (pointer == 0)
        {
            return "no message (memory ran out while reporting)";
        }

        try
        {
            var text = Marshal.PtrToStringUTF8(pointer) ?? "";
            return text.AsSpan().TrimStart().ToString().Split('\n')[0].TrimEnd();
        }
        finally
        {
            _ = Native.zt_error_free(pointer);
        }
    }
}
