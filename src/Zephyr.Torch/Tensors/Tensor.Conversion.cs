using System.Runtime.CompilerServices;
using Zephyr.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Between dtypes, devices and managed numbers. A conversion to what the tensor already is returns it as it is, in a new handle.
    public unsafe partial class Tensor
    {
        /// <summary>These elements in another dtype; differentiable between floating dtypes.</summary>
        public Tensor to_type(ScalarType type, bool copy = false) =>
            NativeCall.Result(Native.zt_to_dtype(handle, (int)type, copy ? 1 : 0, out var result), result, nameof(to_type), this);

        /// <inheritdoc cref="to_type"/>
        public Tensor to(ScalarType type, bool copy = false) => to_type(type, copy);

        /// <summary>These elements on another device.</summary>
        public Tensor to(Device device, bool copy = false)
        {
            var (type, index) = DeviceNumbers(device);
            return NativeCall.Result(Native.zt_to_device(handle, type, index, copy ? 1 : 0, out var result), result, nameof(to), this);
        }

        /// <summary>These elements in another dtype on another device.</summary>
        public Tensor to(ScalarType type, Device device)
        {
            using var converted = to_type(type);
            return converted.to(device);
        }

        /// <summary>These elements in main memory.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>These elements on the current GPU.</summary>
        public Tensor cuda() => to(CUDA);

        /// <summary>These elements as float32.</summary>
        public Tensor @float() => to_type(ScalarType.Float32);

        /// <summary>These elements as float64.</summary>
        public Tensor @double() => to_type(ScalarType.Float64);

        /// <summary>These elements as bfloat16.</summary>
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        /// <summary>These elements as int64.</summary>
        public Tensor @long() => to_type(ScalarType.Int64);

        /// <summary>These elements as int32.</summary>
        public Tensor @int() => to_type(ScalarType.Int32);

        /// <summary>bool: which elements are not zero.</summary>
        public Tensor @bool() => to_type(ScalarType.Bool);

        /// <summary>Another handle of the same tensor, to be disposed on its own.</summary>
        public Tensor alias() => NativeCall.Result(Native.zt_tensor_alias(handle, out var result), result, nameof(alias), this);

        /// <summary>The only element of a tensor.</summary>
        /// <typeparam name="T">float, double, long, int, byte or bool; the element is converted to it.</typeparam>
        /// <exception cref="NotSupportedException">T is none of these.</exception>
        /// <exception cref="Zephyr.Torch.TorchException">The tensor has not exactly one element.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
            {
                NativeCall.Check(Native.zt_item_double(handle, out var value), nameof(item), this);
                return typeof(T) == typeof(double) ? As<double, T>(value) : As<float, T>((float)value);
            }

            NativeCall.Check(Native.zt_item_long(handle, out var whole), nameof(item), this);
            return typeof(T) == typeof(long) ? As<long, T>(whole)
                : typeof(T) == typeof(int) ? As<int, T>(checked((int)whole))
                : typeof(T) == typeof(byte) ? As<byte, T>(checked((byte)whole))
                : typeof(T) == typeof(bool) ? As<bool, T>(whole != 0)
                : throw new NotSupportedException($"item<{typeof(T).Name}>: use float, double, long, int, byte or bool.");
        }

        /// <summary>The elements in row-major order, copied out when the accessor's members ask for them.</summary>
        /// <typeparam name="T">The managed type of this tensor's dtype; <see cref="Half"/> for float16. Convert bfloat16 first.</typeparam>
        /// <exception cref="ArgumentException">T does not fit the dtype.</exception>
        public TensorAccessor<T> data<T>()
            where T : unmanaged => new(this);

        private static TTo As<TFrom, TTo>(TFrom value) => Unsafe.As<TFrom, TTo>(ref value);
    }
}
