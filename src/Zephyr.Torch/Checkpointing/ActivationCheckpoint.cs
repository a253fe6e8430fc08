using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Zephyr.Torch.Interop;
using static TorchSharp.torch;

namespace Zephyr.Torch;

/// <summary>
/// Activation checkpointing (Chen et al. 2016, arXiv 1604.06174): the activations inside a segment are not kept for backward but
/// computed again there. Values and gradients are those of the segment run as it is, bit for bit, for one more forward pass.
/// </summary>
public static unsafe class ActivationCheckpoint
{
    /// <summary>Runs a segment without keeping its activations.</summary>
    /// <param name="segment">
    /// Computes the outputs from the tensors it is given. It runs here and once in each backward pass, so it must compute the same
    /// each time and read no tensor that may be disposed before backward, other than through its inputs. A tensor it returns may
    /// belong to its dispose scope.
    /// </param>
    /// <param name="outputCount">How many tensors the segment returns.</param>
    /// <param name="inputs">All tensors it reads that do not outlive the graph, integer ones included.</param>
    /// <returns>The segment's outputs, recorded for backward.</returns>
    /// <exception cref="TorchException">The segment failed; the message is its own.</exception>
    public static Tensor[] Run(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> segment, int outputCount, params IReadOnlyList<Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputCount);
        using var held = new HeldTensors(inputs);
        var outputs = new nint[outputCount];
        fixed (nint* inputPointers = held.Pointers, outputPointers = outputs)
        {
            var code = Native.zt_activation_checkpoint(
                &RunSegment, &Release, GCHandle.ToIntPtr(GCHandle.Alloc(segment)), inputPointers, inputs.Count, outputPointers, outputCount);
            NativeCall.Check(code, nameof(ActivationCheckpoint), [.. inputs]);
        }

        return [.. outputs.Select(static pointer => new Tensor(TensorHandle.From(pointer)))];
    }

    // Called by libtorch, on the thread of the forward or backward pass. No exception may leave it.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RunSegment(nint state, nint* inputs, int inputCount, nint* outputs, int outputCount, byte* message, int messageSize)
    {
        try
        {
            using var scope = NewDisposeScope();
            var tensors = new Tensor[inputCount];
            for (var i = 0; i < inputCount; i++)
            {
                tensors[i] = new Tensor(TensorHandle.From(inputs[i]));
            }

            var segment = (Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>)GCHandle.FromIntPtr(state).Target!;
            var results = segment(tensors);
            if (results.Count != outputCount)
            {
                throw new InvalidOperationException($"The segment gave {results.Count} tensors, not {outputCount}.");
            }

            for (var i = 0; i < outputCount; i++)
            {
                NativeCall.Check(Native.zt_tensor_alias(results[i].Handle, out var alias), nameof(ActivationCheckpoint), results[i]);
                outputs[i] = alias.DangerousGetHandle();
                alias.SetHandleAsInvalid(); // libtorch's side takes it over
            }

            return 0;
        }
#pragma warning disable CA1031 // an exception that leaves a native frame ends the process; its message goes on as libtorch's error
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var text = Encoding.UTF8.GetBytes(failure.Message).AsSpan();
            text = text[..Math.Min(text.Length, messageSize - 1)];
            text.CopyTo(new Span<byte>(message, messageSize));
            message[text.Length] = 0;
            return 1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint state) => GCHandle.FromIntPtr(state).Free();
}
