using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        private const int MostDimensions = 64;

        /// <summary>The number of dimensions.</summary>
        public long dim()
        {
            NativeCall.Check(Native.zt_tensor_dim(handle, out var count), nameof(dim));
            return count;
        }

        /// <summary>The number of dimensions.</summary>
        public long ndim => dim();

        /// <summary>The size of each dimension.</summary>
        public long[] shape
        {
            get
            {
                var sizes = new long[dim()];
                fixed (long* values = sizes)
                {
                    NativeCall.Check(Native.zt_tensor_sizes(handle, values, sizes.Length), nameof(shape));
                }

                return sizes;
            }
        }

        /// <summary>How many elements lie between neighbours of each dimension.</summary>
        public long[] stride()
        {
            var strides = new long[dim()];
            fixed (long* values = strides)
            {
                NativeCall.Check(Native.zt_tensor_strides(handle, values, strides.Length), nameof(stride));
            }

            return strides;
        }

        /// <summary>The size of one dimension.</summary>
        /// <param name="dimension">Which; negative counts from the end.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
        public long size(int dimension)
        {
            var count = (int)dim();
            var at = dimension < 0 ? dimension + count : dimension;
            if (at < 0 || at >= count || count > MostDimensions)
            {
                throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The tensor {Describe()} has no such dimension.");
            }

            var values = stackalloc long[count];
            NativeCall.Check(Native.zt_tensor_sizes(handle, values, count), nameof(size));
            return values[at];
        }

        /// <summary>The number of elements.</summary>
        public long numel()
        {
            NativeCall.Check(Native.zt_tensor_numel(handle, out var count), nameof(numel));
            return count;
        }

        /// <summary>The number of elements.</summary>
        public long NumberOfElements => numel();

        /// <summary>The element type.</summary>
        public ScalarType dtype
        {
            get
            {
                NativeCall.Check(Native.zt_tensor_dtype(handle, out var value), nameof(dtype));
                return (ScalarType)value;
            }
        }

        /// <summary>The kind of device the elements are on.</summary>
        public DeviceType device_type
        {
            get
            {
                NativeCall.Check(Native.zt_tensor_device(handle, out var type, out _), nameof(device_type));
                return (DeviceType)type;
            }
        }

        /// <summary>Where the tensor lives.</summary>
        public Device device
        {
            get
            {
                NativeCall.Check(Native.zt_tensor_device(handle, out var type, out var index), nameof(device));
                return new Device((DeviceType)type, index);
            }
        }

        /// <summary>Whether elements lie in row-major order without gaps.</summary>
        public bool is_contiguous() => HasFlag(1);

        /// <summary>Whether the tensor was not computed from others that require a gradient.</summary>
        public bool is_leaf => HasFlag(4);

        private bool HasFlag(int flag)
        {
            NativeCall.Check(Native.zt_tensor_flags(handle, out var flags), "tensor");
            return (flags & flag) != 0;
        }
    }
}
