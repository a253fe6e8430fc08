using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>
        /// PyTorch's square brackets. Integers, slices and new dimensions give a view; index tensors and masks a copy.
        /// Writing broadcasts the value and converts it to this dtype.
        /// </summary>
        /// <exception cref="Zephyr.Torch.ShapeMismatchException">An index is out of range, or there are too many.</exception>
        public Tensor this[params ReadOnlySpan<TensorIndex> indices]
        {
            get
            {
                using var held = new TensorList(IndexTensors(indices));
                var entries = Entries(indices, held);
                fixed (NativeIndex* pointer = entries)
                {
                    return NativeCall.Result(Native.zt_index(handle, pointer, entries.Length, out var result), result, "index", [this, .. held.Tensors]);
                }
            }

            set
            {
                using var held = new TensorList(IndexTensors(indices));
                var entries = Entries(indices, held);
                fixed (NativeIndex* pointer = entries)
                {
                    NativeCall.Check(Native.zt_index_put(handle, pointer, entries.Length, value.handle), "index_put_", [this, value, .. held.Tensors]);
                }
            }
        }

        /// <summary>Writes the elements that square brackets choose.</summary>
        public Tensor index_put_(Tensor value, params ReadOnlySpan<TensorIndex> indices)
        {
            this[indices] = value;
            return this;
        }

        /// <summary>Writes one number to the elements that square brackets choose.</summary>
        public Tensor index_put_(Scalar value, params ReadOnlySpan<TensorIndex> indices)
        {
            using var held = new TensorList(IndexTensors(indices));
            var entries = Entries(indices, held);
            fixed (NativeIndex* pointer = entries)
            {
                NativeCall.Check(
                    Native.zt_index_put_scalar(handle, pointer, entries.Length, value.Kind, value.Bits), "index_put_", [this, .. held.Tensors]);
            }

            return this;
        }

        private static List<Tensor> IndexTensors(ReadOnlySpan<TensorIndex> indices)
        {
            List<Tensor> found = [];
            foreach (var index in indices)
            {
                if (index.IndexTensor is { } tensor)
                {
                    found.Add(tensor);
                }
            }

            return found;
        }

        private static NativeIndex[] Entries(ReadOnlySpan<TensorIndex> indices, TensorList held)
        {
            var entries = new NativeIndex[indices.Length];
            var next = 0;
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = indices[i].ToNative(indices[i].IndexTensor is null ? 0 : held.Pointers[next++]);
            }

            return entries;
        }
    }
}
