using Zephyr.Torch.Interop;

namespace TorchSharp;

// Several tensors made one, and one made several.
public static partial class torch
{
    /// <summary>Tensors laid end to end along a dimension; their other sizes agree.</summary>
    public static Tensor cat(IEnumerable<Tensor> tensors, long dim = 0)
    {
        using var list = new TensorList(tensors);
        return NativeCall.Result(Native.zt_cat(list.Pointers, list.Count, dim, out var result), result, nameof(cat), list.Tensors);
    }

    /// <summary>Tensors of one shape laid along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        using var list = new TensorList(tensors);
        return NativeCall.Result(Native.zt_stack(list.Pointers, list.Count, dim, out var result), result, nameof(stack), list.Tensors);
    }

    public partial class Tensor
    {
        /// <summary>Views of at most size slices of a dimension each, in order.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
        public Tensor[] split(long size, long dim = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
            var total = this.size((int)dim);
            var parts = new Tensor[Math.Max(1, (total + size - 1) / size)];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = narrow(dim, i * size, Math.Min(size, total - (i * size)));
            }

            return parts;
        }

        /// <summary>Views of the given numbers of slices of a dimension, in order.</summary>
        /// <exception cref="ArgumentException">The sizes do not add up to the dimension.</exception>
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            long sum = 0;
            foreach (var size in sizes)
            {
                sum += size;
            }

            if (sum != this.size((int)dim))
            {
                throw new ArgumentException($"split: sizes adding up to {sum} do not divide dimension {dim} of {Describe()}.", nameof(sizes));
            }

            var parts = new Tensor[sizes.Length];
            long start = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = narrow(dim, start, sizes[i]);
                start += sizes[i];
            }

            return parts;
        }

        /// <summary>At most this many views of a dimension, of equal size save the last.</summary>
        public Tensor[] chunk(long chunks, long dim = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunks);
            return split(Math.Max(1, (size((int)dim) + chunks - 1) / chunks), dim);
        }

        /// <summary>A view of each index of a dimension, without that dimension.</summary>
        public Tensor[] unbind(long dim = 0)
        {
            var parts = new Tensor[size((int)dim)];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = select(dim, i);
            }

            return parts;
        }

        /// <summary>Each element repeated: along a dimension, or 1-D over the flattened tensor.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null) => dim is { } along
            ? NativeCall.Result(Native.zt_repeat_interleave_dim(handle, repeats, along, out var result), result, nameof(repeat_interleave), this)
            : NativeCall.Result(Native.zt_repeat_interleave(handle, repeats, out var flat), flat, nameof(repeat_interleave), this);
    }
}
