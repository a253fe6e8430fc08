namespace TorchSharp;

/// <summary>
/// Owns the tensors made while it is the innermost scope of its thread, and frees them when it is disposed. Scopes nest;
/// the stack of open scopes is per thread, so a scope must not be kept across an <c>await</c>.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    // The one piece of per-thread state of the binding: TorchSharp's contract is that scopes catch tensors implicitly.
    [ThreadStatic]
    private static DisposeScope? current;

    private readonly HashSet<torch.Tensor> tensors = new(ReferenceEqualityComparer.Instance);
    private readonly DisposeScope? outer;
    private bool disposed;

    internal DisposeScope()
    {
        outer = current;
        current = this;
    }

    /// <summary>The innermost open scope of this thread.</summary>
    internal static DisposeScope? Current => current;

    /// <summary>How many tensors this scope would free now.</summary>
    public int DisposablesCount => tensors.Count;

    /// <summary>Leaves a tensor to the enclosing scope, or to the caller when this is the outermost.</summary>
    /// <param name="tensor">A tensor of this scope.</param>
    /// <returns>The same tensor.</returns>
    public torch.Tensor MoveToOuter(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensors.Remove(tensor))
        {
            tensor.OwningScope = outer;
            outer?.Add(tensor);
        }

        return tensor;
    }

    /// <summary>Leaves a tensor to the caller, who disposes it.</summary>
    /// <param name="tensor">A tensor of this scope.</param>
    /// <returns>The same tensor.</returns>
    public torch.Tensor Detach(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensors.Remove(tensor))
        {
            tensor.OwningScope = null;
        }

        return tensor;
    }

    /// <summary>Frees every tensor still in the scope.</summary>
    /// <exception cref="InvalidOperationException">A scope opened inside this one is still open, or another thread opened this one.</exception>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        if (!ReferenceEquals(current, this))
        {
            throw new InvalidOperationException("Dispose scopes close innermost first, on the thread that opened them.");
        }

        disposed = true;
        current = outer;
        foreach (var tensor in tensors)
        {
            tensor.OwningScope = null;
            tensor.Dispose();
        }

        tensors.Clear();
    }

    internal void Add(torch.Tensor tensor) => tensors.Add(tensor);

    internal void Remove(torch.Tensor tensor) => tensors.Remove(tensor);
}

public static partial class torch
{
    /// <summary>Opens a scope that frees every tensor made inside it, save those moved out.</summary>
    public static DisposeScope NewDisposeScope() => new();

    public partial class Tensor
    {
        /// <summary>Keeps this tensor beyond its scope: the enclosing scope owns it then, or the caller.</summary>
        public Tensor MoveToOuterDisposeScope() => OwningScope?.MoveToOuter(this) ?? this;

        /// <summary>Takes this tensor out of every scope: the caller disposes it.</summary>
        public Tensor DetachFromDisposeScope() => OwningScope?.Detach(this) ?? this;
    }
}
