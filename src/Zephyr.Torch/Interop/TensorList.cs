using static TorchSharp.torch;

namespace Zephyr.Torch.Interop;

/// <summary>The native pointers of several tensors, kept alive until the call is over.</summary>
internal readonly ref struct TensorList
{
    private readonly Tensor[] tensors;
    private readonly nint[] pointers;
    private readonly int held;

    internal TensorList(IEnumerable<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        this.tensors = [.. tensors];
        pointers = new nint[this.tensors.Length];
        try
        {
            for (; held < pointers.Length; held++)
            {
                pointers[held] = Hold(this.tensors[held]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The tensors themselves, for messages.</summary>
    internal Tensor[] Tensors => tensors;

    internal ReadOnlySpan<nint> Pointers => pointers;

    internal int Count => pointers.Length;

    /// <summary>Lets the tensors go.</summary>
    public void Dispose()
    {
        for (var i = 0; i < held; i++)
        {
            tensors[i].Handle.DangerousRelease();
        }
    }

    private static nint Hold(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var added = false;
        tensor.Handle.DangerousAddRef(ref added);
        return tensor.Handle.DangerousGetHandle();
    }
}

/// <summary>The native pointer of a tensor or generator that may be absent (0), kept alive until the call is over.</summary>
internal readonly ref struct OptionalHandle
{
    private readonly NativeHandle? handle;

    internal OptionalHandle(NativeHandle? handle)
    {
        this.handle = handle;
        if (handle is not null)
        {
            var added = false;
            handle.DangerousAddRef(ref added);
            Pointer = handle.DangerousGetHandle();
        }
    }

    internal nint Pointer { get; }

    /// <summary>Lets the object go.</summary>
    public void Dispose() => handle?.DangerousRelease();
}
