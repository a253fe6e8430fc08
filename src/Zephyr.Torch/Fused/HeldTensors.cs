using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>Native pointers of tensors, safe to use until this is disposed.</summary>
internal sealed class HeldTensors : IDisposable
{
    private readonly List<Tensor> held = [];

    internal HeldTensors(Tensor? tensor)
        : this(tensor is null ? [] : [tensor])
    {
    }

    internal HeldTensors(IReadOnlyList<Tensor> tensors)
    {
        Pointers = new nint[tensors.Count];
        try
        {
            for (var i = 0; i < tensors.Count; i++)
            {
                var added = false;
                tensors[i].Handle.DangerousAddRef(ref added);
                held.Add(tensors[i]);
                Pointers[i] = tensors[i].Handle.DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>One pointer for each tensor, in order.</summary>
    internal nint[] Pointers { get; }

    /// <summary>The only tensor's pointer, or 0 when there is none.</summary>
    internal nint Single => Pointers.Length == 0 ? 0 : Pointers[0];

    /// <summary>Lets the tensors go.</summary>
    public void Dispose()
    {
        foreach (var tensor in held)
        {
            tensor.Handle.DangerousRelease();
        }

        held.Clear();
    }
}
