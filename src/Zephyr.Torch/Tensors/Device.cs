using System.Globalization;

namespace TorchSharp;

/// <summary>The kinds of device; the numbers are libtorch's.</summary>
public enum DeviceType
{
    /// <summary>Main memory.</summary>
    CPU = 0,

    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,

    /// <summary>Nowhere: tensors with a shape and no elements, to see where an operation would compute.</summary>
    META = 14,
}

public static partial class torch
{
    /// <summary>Main memory.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>The current NVIDIA GPU.</summary>
    public static readonly Device CUDA = new(DeviceType.CUDA);

    /// <summary>Shapes without elements.</summary>
    public static readonly Device META = new(DeviceType.META);

    /// <summary>Where a tensor lives and is computed on.</summary>
    /// <param name="type">The kind of device.</param>
    /// <param name="index">Which of several; -1 is the current one.</param>
    public sealed record Device(DeviceType type, int index = -1)
    {
        /// <summary>As PyTorch writes it: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
        public override string ToString()
        {
            var name = type switch
            {
                DeviceType.CPU => "cpu",
                DeviceType.CUDA => "cuda",
                _ => "meta",
            };
            return index < 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}:{index}");
        }
    }

    /// <summary>Reads a device's name.</summary>
    /// <param name="description"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static Device device(string description)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (string.Equals(description, "cpu", StringComparison.Ordinal))
        {
            return CPU;
        }

        if (string.Equals(description, "cuda", StringComparison.Ordinal))
        {
            return CUDA;
        }

        if (description.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(description.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < 128)
        {
            return new Device(DeviceType.CUDA, index);
        }

        throw new ArgumentException($"'{description}' is no device: use 'cpu', 'cuda' or 'cuda:N'.", nameof(description));
    }
}
